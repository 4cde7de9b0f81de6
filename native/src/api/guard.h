// The border: Guard turns exceptions into a status and a message, Arguments unwraps and checks
// handles.
#ifndef NATIVERNN_API_GUARD_H_
#define NATIVERNN_API_GUARD_H_

#include <new>

#include "api/handles.h"
#include "core/error.h"

namespace nrnn {

// Keeps "where: what" as this thread's last error; returns status.
nrnn_status Fail(nrnn_status status, const char* where, const char* what) noexcept;

template <class Body>
nrnn_status Guard(const char* where, Body&& body) noexcept {
  try {
    body();
    return NRNN_OK;
  } catch (const Error& e) {
    return Fail(e.status(), where, e.what());
  } catch (const std::bad_alloc&) {
    return Fail(NRNN_OUT_OF_MEMORY, where, "out of memory");
  } catch (const std::exception& e) {
    return Fail(NRNN_INTERNAL, where, e.what());
  } catch (...) {
    return Fail(NRNN_INTERNAL, where, "unknown exception");
  }
}

// Throws unless value lies in [low, high].
inline void RequireRange(const char* name, int64_t value, int64_t low, int64_t high) {
  Require(value >= low && value <= high, name, " is ", value, ", must be ", low, "..", high);
}

// a * b, where both are at least 0. Throws INVALID_ARGUMENT on overflow of int64.
int64_t CheckedProduct(int64_t a, int64_t b);

// The length of the buffer passed as the argument called name. Throws when it is null.
int64_t LengthOf(const char* name, const nrnn_buffer* buffer);

// Whether the buffers share an element.
bool Overlap(const nrnn_buffer& a, const nrnn_buffer& b);

// The buffers of one call: checks that each is there, of the right type and length and on the same
// device. Out: marks the memory as changed and remembers it, to refuse overlaps with any other
// buffer of the call.
class Arguments {
 public:
  // The first buffer seen decides the device when none is given here.
  Arguments() = default;
  explicit Arguments(const nrnn_device* device);
  explicit Arguments(const std::shared_ptr<Backend>& backend) : backend_(backend.get()) {}

  const float* In(const char* name, const nrnn_buffer* buffer, int64_t length);
  const float* InOrNull(const char* name, const nrnn_buffer* buffer, int64_t length);
  const int32_t* InInt32(const char* name, const nrnn_buffer* buffer, int64_t length);
  const int32_t* InInt32OrNull(const char* name, const nrnn_buffer* buffer, int64_t length);
  float* Out(const char* name, nrnn_buffer* buffer, int64_t length);
  float* OutOrNull(const char* name, nrnn_buffer* buffer, int64_t length);
  // Out that may be exactly the memory of another buffer of the call (in place), but not overlap in
  // part.
  float* OutInPlace(const char* name, nrnn_buffer* buffer, int64_t length);

  Backend& backend() const { return *backend_; }

 private:
  struct Seen {
    const char* name;
    const nrnn_buffer* buffer;
    bool written;
    bool in_place;
  };
  const char* Check(const char* name, const nrnn_buffer* buffer, nrnn_dtype dtype, int64_t length);
  void CheckOverlap(const Seen& added) const;
  void Remember(const Seen& added);

  Backend* backend_ = nullptr;
  static constexpr int kMaxSeen = 16;
  Seen seen_[kMaxSeen];
  int count_ = 0;
};

}  // namespace nrnn

#endif  // NATIVERNN_API_GUARD_H_
