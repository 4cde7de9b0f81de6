// What stands behind the opaque handles. A child holds its device by shared_ptr, so closing goes in
// any order.
#ifndef NATIVERNN_API_HANDLES_H_
#define NATIVERNN_API_HANDLES_H_

#include <atomic>
#include <memory>

#include "core/backend.h"

namespace nrnn {

// Counts the handles that are not closed yet.
class LiveObject {
 public:
  LiveObject() { count_.fetch_add(1, std::memory_order_relaxed); }
  ~LiveObject() { count_.fetch_sub(1, std::memory_order_relaxed); }
  LiveObject(const LiveObject&) = delete;
  LiveObject& operator=(const LiveObject&) = delete;
  static int64_t Count() { return count_.load(std::memory_order_relaxed); }

 private:
  static inline std::atomic<int64_t> count_{0};
};

}  // namespace nrnn

struct nrnn_device {
  explicit nrnn_device(std::shared_ptr<nrnn::Backend> opened) : backend(std::move(opened)) {}
  std::shared_ptr<nrnn::Backend> backend;
  nrnn::LiveObject live;
};

struct nrnn_buffer {
  nrnn_buffer(std::shared_ptr<nrnn::Backend> owner, std::shared_ptr<nrnn::Storage> memory,
              nrnn_dtype type, int64_t first, int64_t count)
      : backend(std::move(owner)),
        storage(std::move(memory)),
        dtype(type),
        offset(first),
        length(count) {}
  std::shared_ptr<nrnn::Backend> backend;
  std::shared_ptr<nrnn::Storage> storage;
  nrnn_dtype dtype;
  int64_t offset;  // in elements; both dtypes have four bytes
  int64_t length;
  nrnn::LiveObject live;
};

struct nrnn_rnn {
  nrnn_rnn(std::shared_ptr<nrnn::Backend> owner, const nrnn::RnnShape& of)
      : backend(std::move(owner)), shape(of), plan(backend->CreateRnn(of)) {}
  std::shared_ptr<nrnn::Backend> backend;
  nrnn::RnnShape shape;
  std::unique_ptr<nrnn::RnnPlan> plan;
  nrnn::LiveObject live;
};

struct nrnn_weights {
  explicit nrnn_weights(std::shared_ptr<const nrnn::RnnWeights> of) : packed(std::move(of)) {}
  std::shared_ptr<const nrnn::RnnWeights> packed;
  nrnn::LiveObject live;
};

struct nrnn_stream {
  nrnn_stream(const nrnn_weights& weights, int64_t batch)
      : shape(weights.packed->shape()), stream(weights.packed->OpenStream(weights.packed, batch)) {}
  nrnn::RnnShape shape;
  std::unique_ptr<nrnn::RnnStream> stream;
  nrnn::LiveObject live;
};

#endif  // NATIVERNN_API_HANDLES_H_
