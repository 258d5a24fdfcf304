package main

import (
	"encoding/json"
	"errors"
	"os"
	"sort"
	"strconv"
	"time"

	"github.com/lucas-clemente/quic-go"
)

// What `measure` prints: the round trips of the requests, each from just before it until its answer is complete.
type measured struct {
	Requests      int     `json:"requests"`
	ResponseBytes uint64  `json:"responseBytes"`
	Seconds       float64 `json:"seconds"`
	P50Ns         int64   `json:"p50Ns"`
	P99Ns         int64   `json:"p99Ns"`
	P999Ns        int64   `json:"p999Ns"`
	MaxNs         int64   `json:"maxNs"`
}

// One request after the other, the first `warmup` seconds of them left out, over `seconds`; 0 = a single one.
func measure(connection quic.Connection, args []string) error {
	var numbers [4]int
	for i, text := range args {
		number, err := strconv.Atoi(text)
		if err != nil || number < 0 {
			return errors.New("not a number: " + text)
		}
		numbers[i] = number
	}
	up, down := numbers[0], uint64(numbers[1])
	warmup, length := time.Duration(numbers[2])*time.Second, time.Duration(numbers[3])*time.Second
	if up < 8 {
		return errors.New("a request has at least 8 bytes")
	}
	if length == 0 {
		warmup = 0
	}
	if _, _, err := requestsFor(connection, up, down, warmup); err != nil && warmup > 0 {
		return err
	}
	took, all, err := requestsFor(connection, up, down, length)
	if err != nil {
		return err
	}
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	at := func(share float64) int64 { return int64(took[int(share*float64(len(took)-1))]) }
	return json.NewEncoder(os.Stdout).Encode(measured{
		Requests: len(took), ResponseBytes: down, Seconds: all.Seconds(),
		P50Ns: at(0.5), P99Ns: at(0.99), P999Ns: at(0.999), MaxNs: at(1),
	})
}

// At least one request.
func requestsFor(connection quic.Connection, up int, down uint64, length time.Duration) ([]time.Duration, time.Duration, error) {
	var took []time.Duration
	began := time.Now()
	for {
		got, one, err := request(connection, up-8, down)
		if err != nil {
			return nil, 0, err
		}
		if got != down {
			return nil, 0, errors.New("another length came: " + strconv.FormatUint(got, 10))
		}
		took = append(took, one)
		if all := time.Since(began); all >= length {
			return took, all, nil
		}
	}
}
