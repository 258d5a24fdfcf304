// libc++ has std::atomic_ref from version 19 on. Where it has none, this stands in for it when the
// headers are checked, and nowhere else. It includes nothing: what a header forgets to include has
// to stay missing.
namespace std {
inline namespace __1 {
template <class T>
struct atomic_ref {
  explicit atomic_ref(T& value) : value_(&value) {}
  template <class Order>
  T load(Order) const noexcept {
    return __atomic_load_n(value_, 5);
  }
  template <class Order>
  void store(T value, Order) const noexcept {
    __atomic_store_n(value_, value, 5);
  }
  T* value_;
};
}  // namespace __1
}  // namespace std
