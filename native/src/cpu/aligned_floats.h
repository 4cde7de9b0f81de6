// Scratch memory of a plan: floats aligned for vectors, which only ever grow.
#ifndef NATIVERNN_CPU_ALIGNED_FLOATS_H_
#define NATIVERNN_CPU_ALIGNED_FLOATS_H_

#include <cstdint>
#include <memory>
#include <new>

namespace nrnn::cpu {

class AlignedFloats {
 public:
  // At least length floats, 64-byte aligned; what they hold is kept only when no more room is
  // needed. Throws std::bad_alloc.
  float* Grow(int64_t length) {
    if (length > length_) {
      const size_t bytes = (static_cast<size_t>(length) * sizeof(float) + 63) / 64 * 64;
      data_.reset(static_cast<float*>(::operator new(bytes, kAlignment, std::nothrow)));
      length_ = data_ ? length : 0;
      if (!data_) throw std::bad_alloc();
    }
    return data_.get();
  }
  float* data() const { return data_.get(); }

 private:
  static constexpr std::align_val_t kAlignment{64};
  struct Free {
    void operator()(float* data) const { ::operator delete(data, kAlignment); }
  };
  std::unique_ptr<float[], Free> data_;
  int64_t length_ = 0;
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_ALIGNED_FLOATS_H_
