// Optimisers of the CPU backend: what is computed once per step, in double, and the split over the
// parameters.
#include <algorithm>
#include <cmath>
#include <vector>

#include "cpu/cpu_backend.h"
#include "cpu/optimizers.h"

namespace nrnn::cpu {
namespace {

// Elements of a task: some 10 microseconds of memory traffic.
constexpr int64_t kGrain = 16384;

float OneMinus(float value) { return static_cast<float>(1.0 - static_cast<double>(value)); }

// 1 - beta^step
double BiasCorrection(float beta, int64_t step) {
  return 1.0 - std::pow(static_cast<double>(beta), static_cast<double>(step));
}

float* At(float* data, int64_t index) { return data ? data + index : nullptr; }

}  // namespace

void CpuBackend::AdamStep(const AdamArgs& args) {
  AdamRun step{};
  step.beta1 = args.beta1;
  step.beta2 = args.beta2;
  step.one_minus_beta1 = OneMinus(args.beta1);
  step.one_minus_beta2 = OneMinus(args.beta2);
  const double rate = static_cast<double>(args.learning_rate);
  step.rate = static_cast<float>(rate / BiasCorrection(args.beta1, args.step));
  step.root = static_cast<float>(1.0 / std::sqrt(BiasCorrection(args.beta2, args.step)));
  step.epsilon = args.epsilon;
  step.decay = args.decoupled ? 0.0f : args.weight_decay;
  step.keep = args.decoupled ? static_cast<float>(1.0 - rate * args.weight_decay) : 1.0f;
  pool_.For(args.length, kGrain, [&](int64_t begin, int64_t end) {
    AdamRun run = step;
    run.parameter = args.parameter + begin;
    run.gradient = args.gradient + begin;
    run.first = args.first + begin;
    run.second = args.second + begin;
    run.count = end - begin;
    kernels_.optimizers->adam(run);
  });
}

void CpuBackend::SgdStep(const SgdArgs& args) {
  pool_.For(args.length, kGrain, [&](int64_t begin, int64_t end) {
    kernels_.optimizers->sgd({args.learning_rate, args.momentum, args.weight_decay, args.nesterov,
                              args.parameter + begin, args.gradient + begin,
                              At(args.velocity, begin), end - begin});
  });
}

void CpuBackend::RmspropStep(const RmspropArgs& args) {
  pool_.For(args.length, kGrain, [&](int64_t begin, int64_t end) {
    kernels_.optimizers->rmsprop({args.learning_rate, args.alpha, OneMinus(args.alpha),
                                  args.epsilon, args.momentum, args.weight_decay,
                                  args.parameter + begin, args.gradient + begin,
                                  args.square + begin, At(args.velocity, begin), end - begin});
  });
}

float CpuBackend::ClipGlobalNorm(const GradientSpan* gradients, int64_t count, float max_norm) {
  // The sum of each run of kGrain elements, added in order.
  thread_local std::vector<double> sums;  // kept, so that steps which repeat allocate nothing
  double total = 0.0;
  for (int64_t g = 0; g < count; ++g) {
    const GradientSpan& span = gradients[g];
    sums.assign(static_cast<size_t>((span.length + kGrain - 1) / kGrain), 0.0);
    double* const of_runs = sums.data();  // the lambda runs on other threads
    pool_.For(span.length, kGrain, [&](int64_t begin, int64_t end) {
      of_runs[begin / kGrain] = kernels_.optimizers->square_sum(span.data + begin, end - begin);
    });
    for (double sum : sums) total += sum;
  }
  const float norm = static_cast<float>(std::sqrt(total));
  if (!std::isfinite(norm) || norm <= max_norm) return norm;
  const float factor = static_cast<float>(max_norm / std::sqrt(total));
  for (int64_t g = 0; g < count; ++g) {
    const GradientSpan& span = gradients[g];
    pool_.For(span.length, kGrain, [&](int64_t begin, int64_t end) {
      kernels_.optimizers->scale(span.data + begin, factor, end - begin);
    });
  }
  return norm;
}

}  // namespace nrnn::cpu
