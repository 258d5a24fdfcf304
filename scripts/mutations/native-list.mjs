/** Of one header, tried with one test file alone. */
function of(file, alone, filter, ...changes) {
  return changes.map(([find, replace]) => ({ file, find, replace, native: { alone, filter } }))
}

export const NATIVE = [
  ...of(
    'native/transport/datagram/sequence_window.h',
    'native/transport/datagram/sequence_window_test.cc',
    'sequence window',
    ['next_ = number + 1', 'next_ = number'],
    ['counters.lost += gap', 'counters.lost += 1'],
    ['next_ - number > kWindow || test(number)', 'test(number)'],
    ['next_ - number > kWindow ||', 'next_ - number >= kWindow ||'],
    ['if (counters.lost > 0) counters.lost -= 1', ''],
    ['ahead <= mask_ / 2', 'ahead <= mask_'],
    ['clear(next_, std::min(gap, kWindow))', 'clear(next_, 1)'],
    ['(8 * i));\n}', '(7 * i));\n}'],
    ['gap > kFarthest', 'false'],
    ['next_ - number > kFarthest', 'false'],
    ['extend(wire_number - base_)', 'extend(wire_number)'],
  ),
  ...of(
    'native/measure/histogram.h',
    'native/measure/histogram_test.cc',
    'histogram',
    ['totals_.sum_ns += value_ns', 'totals_.sum_ns = value_ns'],
    ['std::max(stretch_.max_ns, value_ns)', 'std::min(stretch_.max_ns, value_ns)'],
    ['value_ns > hdr::kHighestTrackable', 'value_ns >= hdr::kHighestTrackable'],
    ['stretch_ = Extremes{}', ''],
  ),
  ...of(
    'native/measure/timeline.h',
    'native/measure/timeline_test.cc',
    'timeline',
    ['window_.version, attempts(before))', 'window_.version, 0)'],
    ['window_.start + count * interval_ticks_', 'window_.start + (count + 1) * interval_ticks_'],
    ['interval_ticks_ *= 2;', ''],
    ['if (done >= total)', 'if (done > total)'],
    ['add_mark(window_.start, before)', 'add_mark(origin_, before)'],
    ['add_mark(edge, before, *usage)', 'add_mark(now, before, *usage)'],
    ['if (at_once && !follows_) board_.read_softirq_begin();', ''],
    ['is_last_look && board_.directed() && link_ == board_.first_decider()', 'false'],
  ),
  ...of('native/measure/timeline.h', 'native/measure/timeline_drops_test.cc', 'timeline drops', [
    'counters.*count += link.counters().*count - known.*count;',
    'counters.*count = link.counters().*count;',
  ]),
  ...of('native/measure/timeline.h', 'native/measure/follower_test.cc', 'follower', [
    'if (now >= window_.start) begin(counters);',
    '',
  ]),
  ...of(
    'native/workload/silence.h',
    'native/workload/stream_test.cc',
    'stream',
    ['if (others_move) moved_at_ = now;', ''],
    ['if (own != own_) moved_at_ =', 'if (false) moved_at_ ='],
    ['silent >= limit_', 'silent > 2 * limit_'],
    ['others_move || silent < interval_', 'others_move'],
    ['board_.moved(link_, follows_)', 'board_.moved(link_, true)'],
    ['board_.moved(link_, follows_)', 'board_.moved(link_, false)'],
  ),
  ...of(
    'native/workload/pacer.h',
    'native/workload/pacer_test.cc',
    'pacer',
    ['now < due_ && !stop.is_set()', 'now < due_'],
    ['kForgiveNs = 10 * kNsPerMs', 'kForgiveNs = 20 * kNsPerMs'],
    ['std::max<std::uint64_t>(', 'std::min<std::uint64_t>('],
  ),
]
