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

void RequirePositive(const char* name, float value) {
  Require(std::isfinite(value) && value > 0.0f, name, " is ", value,
          ", must be finite and above 0");
}

void RequireFraction(const char* name, float value) {
  Require(value >= 0.0f && value < 1.0f, name, " is ", value, ", must be at least 0 and below 1");
}

// Momentum needs velocities, and only momentum.
void RequireVelocities(float momentum, nrnn_buffer* const* velocities) {
  RequireFraction("momentum", momentum);
  Require(momentum == 0.0f || velocities != nullptr, "velocities is null, momentum is ", momentum);
  Require(momentum != 0.0f || velocities == nullptr, "velocities is given, but momentum is 0");
}

// The limit that kernels take for a clip_value: infinity for 0.
float ClipOf(float clip_value) {
  RequireNotNegative("clip_value", clip_value);
  return clip_value == 0.0f ? std::numeric_limits<float>::infinity() : clip_value;
}

// An array of handles that a call was given.
struct Column {
  const char* name;
  nrnn_buffer* const* buffers;
};

// The tensors of a call that come in arrays: checks each and that none overlaps another.
class Tensors {
 public:
  Tensors(int64_t count, Column lengths) : count_(count), lengths_(lengths) {
    RequireRange("count", count, 0, std::numeric_limits<int32_t>::max());
    RequireArray(lengths);
    Seen().clear();
    if (count == 0) return;
    Require(lengths.buffers[0] != nullptr, lengths.name, "[0] is null");
    backend_ = lengths.buffers[0]->backend;
  }

  int64_t Length(int64_t index) const {
    const nrnn_buffer* const buffer = lengths_.buffers[index];
    return buffer ? buffer->length : LengthOf(Name(lengths_.name, index).text, buffer);
  }

  // The memory of one tensor, which the call changes, or null where there is no array.
  float* Out(Column column, int64_t index) {
    if (column.buffers == nullptr) return nullptr;
    float* const data = Checked(column, index);
    column.buffers[index]->storage->Touch();
    return data;
  }

  // The memory of one tensor, which the call reads.
  const float* In(Column column, int64_t index) { return Checked(column, index); }

  void RequireArray(Column column) const {
    Require(column.buffers != nullptr || count_ == 0, column.name, " is null");
  }

  // Throws if two tensors overlap.
  void RequireDistinct() const {
    std::vector<Place>& places = Seen();
    std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
      if (a.buffer->storage != b.buffer->storage) {
        return std::less<>()(a.buffer->storage.get(), b.buffer->storage.get());
      }
      return a.buffer->offset < b.buffer->offset;
    });
    for (size_t k = 1; k < places.size(); ++k) {
      const Place &a = places[k - 1], &b = places[k];
      Require(!nrnn::Overlap(*a.buffer, *b.buffer), b.name, "[", b.index, "] overlaps ", a.name,
              "[", a.index, "]");
    }
  }

  nrnn::Backend& backend() const { return *backend_; }

 private:
  struct Place {
    const nrnn_buffer* buffer;
    const char* name;
    int64_t index;
  };
  struct Name {
    Name(const char* array, int64_t index) {
      std::snprintf(text, sizeof(text), "%s[%lld]", array, static_cast<long long>(index));
    }
    char text[48];
  };
  // Names are written for errors only: a step of a small model takes microseconds.
  float* Checked(Column column, int64_t index) {
    const nrnn_buffer* const buffer = column.buffers[index];
    const int64_t length = Length(index);
    if (buffer == nullptr || buffer->dtype != NRNN_DTYPE_FLOAT32 || buffer->length != length ||
        buffer->backend != backend_) {
      Arguments(backend_).In(Name(column.name, index).text, buffer, length);  // throws
    }
    if (length > 0) Seen().push_back({buffer, column.name, index});
    return static_cast<float*>(buffer->storage->data()) + buffer->offset;
  }
  static std::vector<Place>& Seen() {
    thread_local std::vector<Place> seen;  // kept: a step allocates nothing
    return seen;
  }

  int64_t count_;
  Column lengths_;
  std::shared_ptr<nrnn::Backend> backend_;
};

// One step: checks the tensors and calls run(backend, parts).
template <class Run>
void Step(int64_t count, Column parameters, Column gradients, Column first, Column second,
          const Run& run) {
  Tensors tensors(count, parameters);
  tensors.RequireArray(gradients);
  if (count == 0) return;
  thread_local std::vector<nrnn::StepPart> parts;  // kept: a step allocates nothing
  parts.clear();
  for (int64_t k = 0; k < count; ++k) {
    parts.push_back({tensors.Out(parameters, k), tensors.Out(gradients, k), tensors.Out(first, k),
                     tensors.Out(second, k), tensors.Length(k)});
  }
  tensors.RequireDistinct();
  run(tensors.backend(), nrnn::StepParts{parts.data(), count});
}

constexpr Column kNone = {"", nullptr};

void RequireState(int64_t count, Column column) {
  Require(column.buffers != nullptr || count == 0, column.name, " is null");
}

// Calls run(backend, spans) with the gradients of a call.
template <class Run>
void WithGradients(nrnn_buffer* const* gradients, int64_t count, const Run& run) {
  const Column column = {"gradients", gradients};
  Tensors tensors(count, column);
  if (count == 0) return;
  thread_local std::vector<nrnn::GradientSpan> spans;  // kept: a step allocates nothing
  spans.clear();
  for (int64_t k = 0; k < count; ++k) spans.push_back({tensors.Out(column, k), tensors.Length(k)});
  tensors.RequireDistinct();
  run(tensors.backend(), spans.data());
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
    const Column first = {"first", args->first}, second = {"second", args->second};
    RequireState(args->count, first);
    RequireState(args->count, second);
    const nrnn::AdamArgs step = {args->learning_rate,  args->beta1,        args->beta2,
                                 args->epsilon,        args->weight_decay, ClipOf(args->clip_value),
                                 args->decoupled != 0, args->step};
    Step(args->count, {"parameters", args->parameters}, {"gradients", args->gradients}, first,
         second,
         [&](nrnn::Backend& backend, nrnn::StepParts parts) { backend.AdamStep(step, parts); });
  });
}

nrnn_status nrnn_sgd_step(const nrnn_sgd_args* args) {
  return Guard("nrnn_sgd_step", [&] {
    Require(args != nullptr, "args is null");
    RequireNotNegative("learning_rate", args->learning_rate);
    RequireNotNegative("weight_decay", args->weight_decay);
    RequireRange("nesterov", args->nesterov, 0, 1);
    RequireVelocities(args->momentum, args->velocities);
    const nrnn::SgdArgs step = {args->learning_rate, args->momentum, args->weight_decay,
                                ClipOf(args->clip_value), args->nesterov != 0};
    Step(args->count, {"parameters", args->parameters}, {"gradients", args->gradients},
         {"velocities", args->velocities}, kNone,
         [&](nrnn::Backend& backend, nrnn::StepParts parts) { backend.SgdStep(step, parts); });
  });
}

nrnn_status nrnn_rmsprop_step(const nrnn_rmsprop_args* args) {
  return Guard("nrnn_rmsprop_step", [&] {
    Require(args != nullptr, "args is null");
    RequireNotNegative("learning_rate", args->learning_rate);
    RequireFraction("alpha", args->alpha);
    RequireNotNegative("epsilon", args->epsilon);
    RequireNotNegative("weight_decay", args->weight_decay);
    RequireVelocities(args->momentum, args->velocities);
    const Column squares = {"squares", args->squares};
    RequireState(args->count, squares);
    const nrnn::RmspropArgs step = {args->learning_rate, args->alpha,
                                    args->epsilon,       args->momentum,
                                    args->weight_decay,  ClipOf(args->clip_value)};
    Step(args->count, {"parameters", args->parameters}, {"gradients", args->gradients}, squares,
         {"velocities", args->velocities},
         [&](nrnn::Backend& backend, nrnn::StepParts parts) { backend.RmspropStep(step, parts); });
  });
}

nrnn_status nrnn_adagrad_step(const nrnn_adagrad_args* args) {
  return Guard("nrnn_adagrad_step", [&] {
    Require(args != nullptr, "args is null");
    RequireNotNegative("learning_rate", args->learning_rate);
    RequireNotNegative("epsilon", args->epsilon);
    RequireNotNegative("weight_decay", args->weight_decay);
    const Column sums = {"sums", args->sums};
    RequireState(args->count, sums);
    const nrnn::AdagradArgs step = {args->learning_rate, args->epsilon, args->weight_decay,
                                    ClipOf(args->clip_value)};
    Step(args->count, {"parameters", args->parameters}, {"gradients", args->gradients}, sums, kNone,
         [&](nrnn::Backend& backend, nrnn::StepParts parts) { backend.AdagradStep(step, parts); });
  });
}

nrnn_status nrnn_lion_step(const nrnn_lion_args* args) {
  return Guard("nrnn_lion_step", [&] {
    Require(args != nullptr, "args is null");
    RequireNotNegative("learning_rate", args->learning_rate);
    RequireFraction("beta1", args->beta1);
    RequireFraction("beta2", args->beta2);
    RequireNotNegative("weight_decay", args->weight_decay);
    const Column first = {"first", args->first};
    RequireState(args->count, first);
    const nrnn::LionArgs step = {args->learning_rate, args->beta1, args->beta2, args->weight_decay,
                                 ClipOf(args->clip_value)};
    Step(args->count, {"parameters", args->parameters}, {"gradients", args->gradients}, first,
         kNone,
         [&](nrnn::Backend& backend, nrnn::StepParts parts) { backend.LionStep(step, parts); });
  });
}

nrnn_status nrnn_clip_global_norm(nrnn_buffer* const* gradients, int64_t count, float max_norm,
                                  float* out_norm) {
  return Guard("nrnn_clip_global_norm", [&] {
    Require(out_norm != nullptr, "out_norm is null");
    RequirePositive("max_norm", max_norm);
    float norm = 0.0f;
    WithGradients(gradients, count, [&](nrnn::Backend& backend, const nrnn::GradientSpan* spans) {
      norm = backend.ClipGlobalNorm(spans, count, max_norm);
    });
    *out_norm = norm;
  });
}

nrnn_status nrnn_clip_values(nrnn_buffer* const* gradients, int64_t count, float max_value) {
  return Guard("nrnn_clip_values", [&] {
    RequirePositive("max_value", max_value);
    WithGradients(gradients, count, [&](nrnn::Backend& backend, const nrnn::GradientSpan* spans) {
      backend.ClipValues(spans, count, max_value);
    });
  });
}

nrnn_status nrnn_regularize(const nrnn_regularize_args* args, float* out_penalty) {
  return Guard("nrnn_regularize", [&] {
    Require(args != nullptr, "args is null");
    Require(out_penalty != nullptr, "out_penalty is null");
    const Column parameters = {"parameters", args->parameters};
    const Column gradients = {"gradients", args->gradients};
    Tensors tensors(args->count, parameters);
    if (args->count == 0) {
      *out_penalty = 0.0f;
      return;
    }
    Require(args->l1 != nullptr, "l1 is null");
    Require(args->l2 != nullptr, "l2 is null");
    thread_local std::vector<nrnn::PenaltyPart> parts;  // kept: a step allocates nothing
    parts.clear();
    for (int64_t k = 0; k < args->count; ++k) {
      RequireNotNegative("l1", args->l1[k]);
      RequireNotNegative("l2", args->l2[k]);
      parts.push_back({args->l1[k], args->l2[k], tensors.In(parameters, k),
                       tensors.Out(gradients, k), tensors.Length(k)});
    }
    tensors.RequireDistinct();
    *out_penalty = tensors.backend().Regularize(parts.data(), args->count);
  });
}

nrnn_status nrnn_max_norm(const nrnn_axis* axis, float max_norm, nrnn_buffer* x) {
  return Guard("nrnn_max_norm", [&] {
    Require(axis != nullptr, "axis is null");
    RequirePositive("max_norm", max_norm);
    constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
    RequireRange("outer", axis->outer, 0, kMost);
    RequireRange("length", axis->length, 0, kMost);
    RequireRange("inner", axis->inner, 0, kMost);
    const int64_t length =
        nrnn::CheckedProduct(nrnn::CheckedProduct(axis->outer, axis->length), axis->inner);
    Arguments buffers;
    float* const data = buffers.Out("x", x, length);
    if (length > 0) {
      buffers.backend().MaxNorm({axis->outer, axis->length, axis->inner}, max_norm, data);
    }
  });
}

nrnn_status nrnn_moving_average(nrnn_buffer* const* averages, nrnn_buffer* const* values,
                                int64_t count, float decay) {
  return Guard("nrnn_moving_average", [&] {
    Require(decay >= 0.0f && decay <= 1.0f, "decay is ", decay, ", must be 0..1");
    const Column average = {"averages", averages}, value = {"values", values};
    Tensors tensors(count, average);
    tensors.RequireArray(value);
    if (count == 0) return;
    thread_local std::vector<nrnn::AveragePart> parts;  // kept: a step allocates nothing
    parts.clear();
    for (int64_t k = 0; k < count; ++k) {
      parts.push_back({tensors.Out(average, k), tensors.In(value, k), tensors.Length(k)});
    }
    tensors.RequireDistinct();
    tensors.backend().MovingAverage(parts.data(), count, decay);
  });
}
