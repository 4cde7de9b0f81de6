// The C interface of the optimisers.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <limits>
#include <vector>

#include "api/guard.h"

using nrnn::Arguments;
using nrnn::Guard;
using nrnn::LengthOf;
using nrnn::Require;
using nrnn::RequireRange;

namespace {

void RequireNotNegative(const char* name, float value) {
  Require(std::isfinite(value) && value >= 0.0f, name, " is ", value,
          ", must be finite and not negative");
}

void RequireFraction(const char* name, float value) {
  Require(value >= 0.0f && value < 1.0f, name, " is ", value, ", must be at least 0 and below 1");
}

// Momentum needs a velocity, and only momentum.
void RequireVelocity(float momentum, const nrnn_buffer* velocity) {
  RequireFraction("momentum", momentum);
  Require(momentum == 0.0f || velocity != nullptr, "velocity is null, momentum is ", momentum);
  Require(momentum != 0.0f || velocity == nullptr, "velocity is given, but momentum is 0");
}

void RequireDistinct(nrnn_buffer* const* gradients, int64_t count) {
  thread_local std::vector<const nrnn_buffer*> sorted;  // kept: a step allocates nothing
  sorted.assign(gradients, gradients + count);
  const auto before = [](const nrnn_buffer* a, const nrnn_buffer* b) {
    if (a->storage != b->storage) return std::less<>()(a->storage.get(), b->storage.get());
    return a->offset < b->offset;
  };
  sorted.erase(std::remove_if(sorted.begin(), sorted.end(),
                              [](const nrnn_buffer* buffer) { return buffer->length == 0; }),
               sorted.end());
  std::sort(sorted.begin(), sorted.end(), before);
  for (size_t k = 1; k < sorted.size(); ++k) {
    const nrnn_buffer& low = *sorted[k - 1];
    Require(low.storage != sorted[k]->storage || low.offset + low.length <= sorted[k]->offset,
            "two of the gradients overlap");
  }
}

}  // namespace

nrnn_status nrnn_adam_step(const nrnn_adam_args* args) {
  return Guard("nrnn_adam_step", [&] {
    Require(args != nullptr, "args is null");
    RequireNotNegative("learning_rate", args->learning_rate);
    RequireFraction("beta1", args->beta1);
    RequireFraction("beta2", args->beta2);
    RequireNotNegative("epsilon", args->epsilon);
    RequireNotNegative("weight_decay", args->weight_decay);
    RequireRange("decoupled", args->decoupled, 0, 1);
    RequireRange("step", args->step, 1, std::numeric_limits<int64_t>::max());
    const int64_t length = LengthOf("parameter", args->parameter);
    Arguments buffers;
    nrnn::AdamArgs step{};
    step.learning_rate = args->learning_rate;
    step.beta1 = args->beta1;
    step.beta2 = args->beta2;
    step.epsilon = args->epsilon;
    step.weight_decay = args->weight_decay;
    step.decoupled = args->decoupled != 0;
    step.step = args->step;
    step.length = length;
    step.parameter = buffers.Out("parameter", args->parameter, length);
    step.gradient = buffers.Out("gradient", args->gradient, length);
    step.first = buffers.Out("first", args->first, length);
    step.second = buffers.Out("second", args->second, length);
    buffers.backend().AdamStep(step);
  });
}

nrnn_status nrnn_sgd_step(const nrnn_sgd_args* args) {
  return Guard("nrnn_sgd_step", [&] {
    Require(args != nullptr, "args is null");
    RequireNotNegative("learning_rate", args->learning_rate);
    RequireNotNegative("weight_decay", args->weight_decay);
    RequireRange("nesterov", args->nesterov, 0, 1);
    RequireVelocity(args->momentum, args->velocity);
    const int64_t length = LengthOf("parameter", args->parameter);
    Arguments buffers;
    nrnn::SgdArgs step{};
    step.learning_rate = args->learning_rate;
    step.momentum = args->momentum;
    step.weight_decay = args->weight_decay;
    step.nesterov = args->nesterov != 0;
    step.length = length;
    step.parameter = buffers.Out("parameter", args->parameter, length);
    step.gradient = buffers.Out("gradient", args->gradient, length);
    step.velocity = buffers.OutOrNull("velocity", args->velocity, length);
    buffers.backend().SgdStep(step);
  });
}

nrnn_status nrnn_rmsprop_step(const nrnn_rmsprop_args* args) {
  return Guard("nrnn_rmsprop_step", [&] {
    Require(args != nullptr, "args is null");
    RequireNotNegative("learning_rate", args->learning_rate);
    RequireFraction("alpha", args->alpha);
    RequireNotNegative("epsilon", args->epsilon);
    RequireNotNegative("weight_decay", args->weight_decay);
    RequireVelocity(args->momentum, args->velocity);
    const int64_t length = LengthOf("parameter", args->parameter);
    Arguments buffers;
    nrnn::RmspropArgs step{};
    step.learning_rate = args->learning_rate;
    step.alpha = args->alpha;
    step.epsilon = args->epsilon;
    step.momentum = args->momentum;
    step.weight_decay = args->weight_decay;
    step.length = length;
    step.parameter = buffers.Out("parameter", args->parameter, length);
    step.gradient = buffers.Out("gradient", args->gradient, length);
    step.square = buffers.Out("square", args->square, length);
    step.velocity = buffers.OutOrNull("velocity", args->velocity, length);
    buffers.backend().RmspropStep(step);
  });
}

nrnn_status nrnn_clip_global_norm(nrnn_buffer* const* gradients, int64_t count, float max_norm,
                                  float* out_norm) {
  return Guard("nrnn_clip_global_norm", [&] {
    Require(out_norm != nullptr, "out_norm is null");
    RequireRange("count", count, 0, std::numeric_limits<int32_t>::max());
    Require(gradients != nullptr || count == 0, "gradients is null");
    Require(std::isfinite(max_norm) && max_norm > 0.0f, "max_norm is ", max_norm,
            ", must be finite and above 0");
    if (count == 0) {
      *out_norm = 0.0f;
      return;
    }
    Require(gradients[0] != nullptr, "gradients[0] is null");
    nrnn::Backend& backend = *gradients[0]->backend;
    thread_local std::vector<nrnn::GradientSpan> spans;  // kept: a step allocates nothing
    spans.clear();
    for (int64_t k = 0; k < count; ++k) {
      char name[32];
      std::snprintf(name, sizeof(name), "gradients[%lld]", static_cast<long long>(k));
      const int64_t length = LengthOf(name, gradients[k]);
      Arguments buffers(gradients[0]->backend);
      spans.push_back({buffers.Out(name, gradients[k], length), length});
    }
    RequireDistinct(gradients, count);
    *out_norm = backend.ClipGlobalNorm(spans.data(), count, max_norm);
  });
}
