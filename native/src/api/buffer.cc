// The C interface of buffers.
#include "api/guard.h"

using nrnn::Guard;
using nrnn::Require;
using nrnn::RequireRange;

namespace {

constexpr int64_t kMaxLength = int64_t{1} << 40;
constexpr int64_t kElementBytes = 4;

char* Element(const nrnn_buffer& buffer, int64_t index) {
  return static_cast<char*>(buffer.storage->data()) + (buffer.offset + index) * kElementBytes;
}

// Checks the arguments of a transfer between host memory, the parameter called name, and a part of
// a buffer.
void CheckTransfer(const nrnn_buffer* buffer, nrnn_dtype dtype, int64_t offset, const char* name,
                   const void* values, int64_t count) {
  Require(buffer != nullptr, "buffer is null");
  Require(buffer->dtype == dtype, "buffer holds another dtype than this function transfers");
  RequireRange("offset", offset, 0, buffer->length);
  RequireRange("count", count, 0, buffer->length - offset);
  Require(values != nullptr || count == 0, name, " is null");
}

void WriteElements(nrnn_buffer* buffer, nrnn_dtype dtype, int64_t offset, const void* values,
                   int64_t count) {
  CheckTransfer(buffer, dtype, offset, "values", values, count);
  if (count == 0) return;
  buffer->storage->Touch();
  buffer->backend->Write(Element(*buffer, offset), values, count * kElementBytes);
}

void ReadElements(const nrnn_buffer* buffer, nrnn_dtype dtype, int64_t offset, void* values,
                  int64_t count) {
  CheckTransfer(buffer, dtype, offset, "out_values", values, count);
  if (count == 0) return;
  buffer->backend->Read(values, Element(*buffer, offset), count * kElementBytes);
}

}  // namespace

nrnn_status nrnn_buffer_create(nrnn_device* device, int32_t dtype, int64_t length,
                               nrnn_buffer** out_buffer) {
  return Guard("nrnn_buffer_create", [&] {
    Require(device != nullptr, "device is null");
    Require(out_buffer != nullptr, "out_buffer is null");
    RequireRange("dtype", dtype, NRNN_DTYPE_FLOAT32, NRNN_DTYPE_INT32);
    RequireRange("length", length, 0, kMaxLength);
    *out_buffer =
        new nrnn_buffer(device->backend, device->backend->Allocate(length * kElementBytes),
                        static_cast<nrnn_dtype>(dtype), 0, length);
  });
}

nrnn_status nrnn_buffer_slice(nrnn_buffer* parent, int64_t offset, int64_t length,
                              nrnn_buffer** out_buffer) {
  return Guard("nrnn_buffer_slice", [&] {
    Require(parent != nullptr, "parent is null");
    Require(out_buffer != nullptr, "out_buffer is null");
    RequireRange("offset", offset, 0, parent->length);
    RequireRange("length", length, 0, parent->length - offset);
    *out_buffer = new nrnn_buffer(parent->backend, parent->storage, parent->dtype,
                                  parent->offset + offset, length);
  });
}

void nrnn_buffer_close(nrnn_buffer* buffer) { delete buffer; }

nrnn_status nrnn_buffer_length(const nrnn_buffer* buffer, int64_t* out_length) {
  return Guard("nrnn_buffer_length", [&] {
    Require(buffer != nullptr, "buffer is null");
    Require(out_length != nullptr, "out_length is null");
    *out_length = buffer->length;
  });
}

nrnn_status nrnn_buffer_write(nrnn_buffer* buffer, int64_t offset, const float* values,
                              int64_t count) {
  return Guard("nrnn_buffer_write",
               [&] { WriteElements(buffer, NRNN_DTYPE_FLOAT32, offset, values, count); });
}

nrnn_status nrnn_buffer_write_int32(nrnn_buffer* buffer, int64_t offset, const int32_t* values,
                                    int64_t count) {
  return Guard("nrnn_buffer_write_int32",
               [&] { WriteElements(buffer, NRNN_DTYPE_INT32, offset, values, count); });
}

nrnn_status nrnn_buffer_read(const nrnn_buffer* buffer, int64_t offset, float* out_values,
                             int64_t count) {
  return Guard("nrnn_buffer_read",
               [&] { ReadElements(buffer, NRNN_DTYPE_FLOAT32, offset, out_values, count); });
}

nrnn_status nrnn_buffer_read_int32(const nrnn_buffer* buffer, int64_t offset, int32_t* out_values,
                                   int64_t count) {
  return Guard("nrnn_buffer_read_int32",
               [&] { ReadElements(buffer, NRNN_DTYPE_INT32, offset, out_values, count); });
}

nrnn_status nrnn_buffer_fill(nrnn_buffer* buffer, float value) {
  return Guard("nrnn_buffer_fill", [&] {
    Require(buffer != nullptr, "buffer is null");
    nrnn::Arguments arguments;
    float* y = arguments.Out("buffer", buffer, buffer->length);
    arguments.backend().Fill(y, buffer->length, value);
  });
}

nrnn_status nrnn_buffer_copy(const nrnn_buffer* source, nrnn_buffer* destination) {
  return Guard("nrnn_buffer_copy", [&] {
    Require(source != nullptr, "source is null");
    Require(destination != nullptr, "destination is null");
    Require(source->dtype == destination->dtype, "source and destination differ in dtype");
    Require(source->length == destination->length, "destination holds ", destination->length,
            " elements, needs ", source->length);
    Require(source->backend == destination->backend, "destination is on another device");
    Require(!nrnn::Overlap(*source, *destination), "destination overlaps source");
    destination->storage->Touch();
    source->backend->Copy(Element(*destination, 0), Element(*source, 0),
                          source->length * kElementBytes);
  });
}
