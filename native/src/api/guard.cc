#include "api/guard.h"

#include <cstdio>
#include <limits>

namespace nrnn {
namespace {

constexpr int kMessageBytes = 512;
thread_local char last_error[kMessageBytes] = "";

const char* DtypeName(nrnn_dtype dtype) {
  return dtype == NRNN_DTYPE_FLOAT32 ? "float32" : "int32";
}

bool Same(const nrnn_buffer& a, const nrnn_buffer& b) {
  return a.storage == b.storage && a.offset == b.offset && a.length == b.length;
}

}  // namespace

nrnn_status Fail(nrnn_status status, const char* where, const char* what) noexcept {
  std::snprintf(last_error, sizeof(last_error), "%s: %s", where, what);
  return status;
}

int64_t LengthOf(const char* name, const nrnn_buffer* buffer) {
  Require(buffer != nullptr, name, " is null");
  return buffer->length;
}

bool Overlap(const nrnn_buffer& a, const nrnn_buffer& b) {
  return a.storage == b.storage && a.length > 0 && b.length > 0 && a.offset < b.offset + b.length &&
         b.offset < a.offset + a.length;
}

int64_t CheckedProduct(int64_t a, int64_t b) {
  Require(b == 0 || a <= std::numeric_limits<int64_t>::max() / b, "sizes ", a, " x ", b,
          " overflow 64 bits");
  return a * b;
}

Arguments::Arguments(const nrnn_device* device) {
  Require(device != nullptr, "device is null");
  backend_ = device->backend.get();
}

const char* Arguments::Check(const char* name, const nrnn_buffer* buffer, nrnn_dtype dtype,
                             int64_t length) {
  Require(buffer != nullptr, name, " is null");
  Require(buffer->dtype == dtype, name, " holds ", DtypeName(buffer->dtype), ", must hold ",
          DtypeName(dtype));
  Require(buffer->length == length, name, " holds ", buffer->length, " elements, needs ", length);
  if (backend_ == nullptr) backend_ = buffer->backend.get();
  Require(buffer->backend.get() == backend_, name, " is on another device than this call's");
  return static_cast<const char*>(buffer->storage->data()) + buffer->offset * 4;
}

void Arguments::CheckOverlap(const Seen& added) const {
  for (int k = 0; k < count_; ++k) {
    const Seen& other = seen_[k];
    if (!added.written && !other.written) continue;
    if (!Overlap(*added.buffer, *other.buffer)) continue;
    // Two outputs are never one.
    const bool in_place = (added.in_place || other.in_place) && !(added.written && other.written);
    const bool allowed = in_place && Same(*added.buffer, *other.buffer);
    Require(allowed, added.name, " overlaps ", other.name);
  }
}

void Arguments::Remember(const Seen& added) {
  CheckOverlap(added);
  Require(count_ < kMaxSeen, "too many buffers in one call");
  seen_[count_++] = added;
  if (added.written) added.buffer->storage->Touch();
}

const float* Arguments::In(const char* name, const nrnn_buffer* buffer, int64_t length) {
  const char* data = Check(name, buffer, NRNN_DTYPE_FLOAT32, length);
  Remember({name, buffer, false, false});
  return reinterpret_cast<const float*>(data);
}

const float* Arguments::InOrNull(const char* name, const nrnn_buffer* buffer, int64_t length) {
  return buffer == nullptr ? nullptr : In(name, buffer, length);
}

const int32_t* Arguments::InInt32(const char* name, const nrnn_buffer* buffer, int64_t length) {
  const char* data = Check(name, buffer, NRNN_DTYPE_INT32, length);
  Remember({name, buffer, false, false});
  return reinterpret_cast<const int32_t*>(data);
}

const int32_t* Arguments::InInt32OrNull(const char* name, const nrnn_buffer* buffer,
                                        int64_t length) {
  return buffer == nullptr ? nullptr : InInt32(name, buffer, length);
}

float* Arguments::Out(const char* name, nrnn_buffer* buffer, int64_t length) {
  const char* data = Check(name, buffer, NRNN_DTYPE_FLOAT32, length);
  Remember({name, buffer, true, false});
  return reinterpret_cast<float*>(const_cast<char*>(data));
}

float* Arguments::OutOrNull(const char* name, nrnn_buffer* buffer, int64_t length) {
  return buffer == nullptr ? nullptr : Out(name, buffer, length);
}

float* Arguments::OutInPlace(const char* name, nrnn_buffer* buffer, int64_t length) {
  const char* data = Check(name, buffer, NRNN_DTYPE_FLOAT32, length);
  Remember({name, buffer, true, true});
  return reinterpret_cast<float*>(const_cast<char*>(data));
}

}  // namespace nrnn

const char* nrnn_last_error(void) { return nrnn::last_error; }
