// PerThread: what each thread found out last about a few keys, so that asking again takes no lock and writes no memory
// that other threads read.
//
// Invariant: a value is found only at the version for which the same object kept it, by the same thread. A slot keeps
// one key's value: keys that meet in a slot take turns. What is kept lives on until its slot is used again or the
// thread ends, also after the object's own end: it must need nobody. Threads: any. What Find and Keep return holds
// until the thread keeps something again.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace tarn {

// Objects with the same Key and Value share each thread's slots; what one keeps the others do not find.
template <typename Key, typename Value>
class PerThread {
 public:
  PerThread() = default;
  PerThread(const PerThread&) = delete;
  PerThread& operator=(const PerThread&) = delete;

  // Null when this thread knows nothing of the key at this version. `Asked` compares with Key and hashes alike.
  template <typename Asked>
  const Value* Find(const Asked& key, uint64_t version) const {
    const Slot& slot = SlotOf(key);
    return slot.object == id_ && slot.version == version && slot.key == key ? &slot.value : nullptr;
  }

  template <typename Asked>
  const Value& Keep(const Asked& key, uint64_t version, Value value) {
    Slot& slot = SlotOf(key);
    slot.object = 0;
    slot.key = Key(key);
    slot.value = std::move(value);
    slot.version = version;
    slot.object = id_;
    return slot.value;
  }

 private:
  static constexpr size_t kSlots = 256;
  struct Slot {
    uint64_t object = 0;  // 0: nobody's
    uint64_t version = 0;
    Key key{};
    Value value{};
  };

  static uint64_t NextId() {
    static std::atomic<uint64_t> last = 0;
    return ++last;
  }

  static std::array<Slot, kSlots>& OfThread() {
    thread_local const auto slots = std::make_unique<std::array<Slot, kSlots>>();
    return *slots;
  }
  template <typename Asked>
  Slot& SlotOf(const Asked& key) const {
    return OfThread()[(std::hash<Asked>()(key) + id_) % kSlots];
  }

  const uint64_t id_ = NextId();  // an address may be used again, this is not
};

// The same object by a count of its own: copies of it do not touch the memory where other threads count theirs.
template <typename T>
std::shared_ptr<T> CountedApart(std::shared_ptr<T> shared) {
  T* const object = shared.get();
  return std::shared_ptr<T>(std::make_shared<std::shared_ptr<T>>(std::move(shared)), object);
}

}  // namespace tarn
