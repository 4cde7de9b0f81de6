// Optimisers: Adam and AdamW, SGD with momentum, RMSprop, Adagrad and Lion. One step of all
// parameters of a call.
//
// Bound by memory: each array is read once and written once, in one pass, clipping by value, weight
// decay and the gradient's zeros included. What is the same for all elements is computed on the
// host, in double.
#include <cmath>

#include "cuda/cuda_backend.h"
#include "cuda/math.cuh"
#include "cuda/parts.cuh"

namespace nrnn::cuda {
namespace {

// The numbers of one parameter; gradient: clipped.
struct Element {
  float parameter, gradient, first, second;
};

// p = keep p - rate m / (sqrt(v) root + epsilon);  first: m, second: v
struct Adam {
  float beta1, one_minus_beta1;
  float beta2, one_minus_beta2;
  float rate;  // learning rate / (1 - beta1^step)
  float root;  // 1 / sqrt(1 - beta2^step)
  float epsilon;
  float decay;  // of the gradient's weight decay, 0 if decoupled
  float keep;   // 1 - learning rate * weight decay if decoupled, else 1
  float clip;
  NRNN_DEVICE void Step(const StepPart&, Element& e) const {
    const float g = fmaf(decay, e.parameter, e.gradient);
    e.first = fmaf(one_minus_beta1, g, beta1 * e.first);
    e.second = fmaf(one_minus_beta2 * g, g, beta2 * e.second);
    e.parameter = keep * e.parameter - rate * e.first / fmaf(sqrtf(e.second), root, epsilon);
  }
};

// v = momentum v + g; p -= rate (nesterov ? g + momentum v : v);  first: v, or null: p -= rate g
struct Sgd {
  float rate, momentum, decay, clip;
  bool nesterov;
  NRNN_DEVICE void Step(const StepPart& part, Element& e) const {
    const float g = fmaf(decay, e.parameter, e.gradient);
    float change = g;
    if (part.first) {
      e.first = fmaf(momentum, e.first, g);
      change = nesterov ? fmaf(momentum, e.first, g) : e.first;
    }
    e.parameter = fmaf(-rate, change, e.parameter);
  }
};

// s = alpha s + (1 - alpha) g^2; v = momentum v + g / (sqrt(s) + epsilon); p -= rate v
// first: s, second: v, or null: no momentum
struct Rmsprop {
  float rate, alpha, one_minus_alpha, epsilon, momentum, decay, clip;
  NRNN_DEVICE void Step(const StepPart& part, Element& e) const {
    const float g = fmaf(decay, e.parameter, e.gradient);
    e.first = fmaf(one_minus_alpha * g, g, alpha * e.first);
    float change = g / (sqrtf(e.first) + epsilon);
    if (part.second) change = e.second = fmaf(momentum, e.second, change);
    e.parameter = fmaf(-rate, change, e.parameter);
  }
};

// s += g^2; p -= rate g / (sqrt(s) + epsilon);  first: s
struct Adagrad {
  float rate, epsilon, decay, clip;
  NRNN_DEVICE void Step(const StepPart&, Element& e) const {
    const float g = fmaf(decay, e.parameter, e.gradient);
    e.first = fmaf(g, g, e.first);
    e.parameter = fmaf(-rate, g / (sqrtf(e.first) + epsilon), e.parameter);
  }
};

// p = keep p - rate sign(beta1 m + (1 - beta1) g); m = beta2 m + (1 - beta2) g;  first: m
struct Lion {
  float rate, beta1, one_minus_beta1, beta2, one_minus_beta2, keep, clip;
  NRNN_DEVICE void Step(const StepPart&, Element& e) const {
    const float change = fmaf(one_minus_beta1, e.gradient, beta1 * e.first);
    e.first = fmaf(one_minus_beta2, e.gradient, beta2 * e.first);
    e.parameter = fmaf(-rate, SignOf(change), keep * e.parameter);
  }
};

template <class Rule>
struct StepArgs {
  Rule rule;
  PartTable<StepPart> table;
};

template <bool kAligned, class Rule>
NRNN_DEVICE void StepTask(const Rule& rule, const StepPart& part, const Task& task) {
  ForFours(task, [&](int64_t k) {
    Four parameter = LoadFour<kAligned>(part.parameter, k, task.end);
    const Four gradient = LoadFour<kAligned>(part.gradient, k, task.end);
    Four first = LoadFourOr<kAligned>(part.first, k, task.end, 0.0f);
    Four second = LoadFourOr<kAligned>(part.second, k, task.end, 0.0f);
    for (int i = 0; i < 4; ++i) {
      Element e = {parameter.at[i], Clipped(gradient.at[i], rule.clip), first.at[i], second.at[i]};
      rule.Step(part, e);
      parameter.at[i] = e.parameter;
      first.at[i] = e.first;
      second.at[i] = e.second;
    }
    StoreFour<kAligned>(parameter, part.parameter, k, task.end);
    StoreFour<kAligned>(Four{}, part.gradient, k, task.end);
    if (part.first) StoreFour<kAligned>(first, part.first, k, task.end);
    if (part.second) StoreFour<kAligned>(second, part.second, k, task.end);
  });
}

template <class Rule>
NRNN_KERNEL StepKernel(StepArgs<Rule> args) {
  const Task task = FindTask(args.table, Block());
  const StepPart part = args.table.parts[task.part];
  if (FourAligned(part.parameter, part.gradient, part.first, part.second)) {
    StepTask<true>(args.rule, part, task);
  } else {
    StepTask<false>(args.rule, part, task);
  }
}

template <class Rule>
void StepAll(const char* name, const Rule& rule, StepParts parts, Stream& stream) {
  ForTables(parts.data, parts.count,
            [&](const PartTable<StepPart>& table, const LaunchShape& shape, int64_t) {
              Launch(name, &StepKernel<Rule>, shape, StepArgs<Rule>{rule, table}, stream);
            });
}

float OneMinus(float value) { return static_cast<float>(1.0 - static_cast<double>(value)); }

// 1 - beta^step
double BiasCorrection(float beta, int64_t step) {
  return 1.0 - std::pow(static_cast<double>(beta), static_cast<double>(step));
}

float DecoupledKeep(float learning_rate, float weight_decay) {
  return static_cast<float>(1.0 - static_cast<double>(learning_rate) * weight_decay);
}

}  // namespace

void CudaBackend::AdamStep(const AdamArgs& args, StepParts parts) {
  Adam rule{};
  rule.beta1 = args.beta1;
  rule.beta2 = args.beta2;
  rule.one_minus_beta1 = OneMinus(args.beta1);
  rule.one_minus_beta2 = OneMinus(args.beta2);
  const double rate = static_cast<double>(args.learning_rate);
  rule.rate = static_cast<float>(rate / BiasCorrection(args.beta1, args.step));
  rule.root = static_cast<float>(1.0 / std::sqrt(BiasCorrection(args.beta2, args.step)));
  rule.epsilon = args.epsilon;
  rule.decay = args.decoupled ? 0.0f : args.weight_decay;
  rule.keep = args.decoupled ? DecoupledKeep(args.learning_rate, args.weight_decay) : 1.0f;
  rule.clip = args.clip;
  StepAll("AdamKernel", rule, parts, stream());
}

void CudaBackend::SgdStep(const SgdArgs& args, StepParts parts) {
  const Sgd rule = {args.learning_rate, args.momentum, args.weight_decay, args.clip, args.nesterov};
  StepAll("SgdKernel", rule, parts, stream());
}

void CudaBackend::RmspropStep(const RmspropArgs& args, StepParts parts) {
  const Rmsprop rule = {args.learning_rate, args.alpha,    OneMinus(args.alpha),
                        args.epsilon,       args.momentum, args.weight_decay,
                        args.clip};
  StepAll("RmspropKernel", rule, parts, stream());
}

void CudaBackend::AdagradStep(const AdagradArgs& args, StepParts parts) {
  const Adagrad rule = {args.learning_rate, args.epsilon, args.weight_decay, args.clip};
  StepAll("AdagradKernel", rule, parts, stream());
}

void CudaBackend::LionStep(const LionArgs& args, StepParts parts) {
  const Lion rule = {args.learning_rate,
                     args.beta1,
                     OneMinus(args.beta1),
                     args.beta2,
                     OneMinus(args.beta2),
                     DecoupledKeep(args.learning_rate, args.weight_decay),
                     args.clip};
  StepAll("LionKernel", rule, parts, stream());
}

}  // namespace nrnn::cuda
