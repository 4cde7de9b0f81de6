// The C interface of dropout and random numbers.
#include <cmath>

#include "api/guard.h"

using nrnn::Arguments;
using nrnn::Guard;
using nrnn::LengthOf;
using nrnn::Require;

nrnn_status nrnn_dropout(const nrnn_buffer* x, float rate, int64_t seed, int64_t offset,
                         nrnn_buffer* y) {
  return Guard("nrnn_dropout", [&] {
    Require(rate >= 0.0f && rate < 1.0f, "rate is ", rate, ", must be at least 0 and below 1");
    const int64_t length = LengthOf("x", x);
    Arguments buffers;
    const float* from = buffers.In("x", x, length);
    float* to = buffers.OutInPlace("y", y, length);
    buffers.backend().Dropout(length, from, rate, seed, offset, to);
  });
}

nrnn_status nrnn_random_uniform(nrnn_buffer* buffer, float low, float high, int64_t seed,
                                int64_t offset) {
  return Guard("nrnn_random_uniform", [&] {
    Require(std::isfinite(low) && std::isfinite(high) && low < high, "low is ", low, ", high is ",
            high, ": both must be finite, low below high");
    const int64_t length = LengthOf("buffer", buffer);
    Arguments buffers;
    float* to = buffers.Out("buffer", buffer, length);
    buffers.backend().RandomUniform(length, low, high, seed, offset, to);
  });
}

nrnn_status nrnn_random_normal(nrnn_buffer* buffer, float mean, float deviation, int64_t seed,
                               int64_t offset) {
  return Guard("nrnn_random_normal", [&] {
    Require(std::isfinite(mean), "mean is ", mean, ", must be finite");
    Require(std::isfinite(deviation) && deviation >= 0.0f, "deviation is ", deviation,
            ", must be finite and not negative");
    const int64_t length = LengthOf("buffer", buffer);
    Arguments buffers;
    float* to = buffers.Out("buffer", buffer, length);
    buffers.backend().RandomNormal(length, mean, deviation, seed, offset, to);
  });
}
