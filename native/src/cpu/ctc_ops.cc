// Connectionist temporal classification of the CPU backend: checks of targets and lengths, which
// come from users' data, and one task for each row.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "core/error.h"
#include "cpu/cpu_backend.h"
#include "cpu/ctc.h"

namespace nrnn::cpu {
namespace {

int64_t StepsOf(const CtcArgs& args, int64_t b) {
  return args.lengths ? args.lengths[b] : args.steps;
}

int64_t TargetsOf(const CtcArgs& args, int64_t b) {
  return args.target_lengths ? args.target_lengths[b] : args.max_targets;
}

void RequireTargets(const CtcArgs& args) {
  for (int64_t b = 0; b < args.batch; ++b) {
    Require(StepsOf(args, b) >= 0 && StepsOf(args, b) <= args.steps, "lengths[", b, "] is ",
            StepsOf(args, b), ", must be 0..", args.steps);
    const int64_t count = TargetsOf(args, b);
    Require(count >= 0 && count <= args.max_targets, "target_lengths[", b, "] is ", count,
            ", must be 0..", args.max_targets);
    for (int64_t k = 0; k < count; ++k) {
      const int32_t target = args.targets[b * args.max_targets + k];
      Require(target >= 0 && target < args.classes && target != args.blank, "targets[", b, ",", k,
              "] is ", target, ", must be 0..", args.classes - 1, " and not the blank (",
              args.blank, ")");
    }
  }
}

// What a task needs besides the tensors.
struct Workspace {
  std::vector<int32_t> labels;
  std::vector<float> floats;
};

// One for each of the pool's threads; kept by the caller's thread, so that steps which repeat
// allocate nothing. Grown before the tasks run, which must not throw. alphas: with room for them.
Workspace* Workspaces(const CtcArgs& args, bool alphas, int threads) {
  thread_local std::vector<Workspace> all;
  const int64_t states = args.MaxStates();
  const int64_t room = states + 2 + CtcScratch(states) + (alphas ? args.steps * (states + 1) : 0);
  all.resize(std::max(all.size(), static_cast<size_t>(threads)));
  for (Workspace& workspace : all) {
    workspace.labels.resize(std::max(workspace.labels.size(), static_cast<size_t>(states)));
    workspace.floats.resize(std::max(workspace.floats.size(), static_cast<size_t>(room)));
  }
  return all.data();
}

// kept: log_sums and alphas; null: they go to the workspace.
CtcRow RowOf(const CtcArgs& args, int64_t b, Workspace& workspace, float* kept) {
  const int64_t count = TargetsOf(args, b);
  const int32_t* targets = args.targets + b * args.max_targets;
  CtcRow row{};
  row.steps = StepsOf(args, b);
  row.classes = args.classes;
  row.states = 2 * count + 1;
  row.logits = args.logits + b * args.classes * (args.batch_first ? args.steps : 1);
  row.logit_stride = args.classes * (args.batch_first ? 1 : args.batch);
  float* skips = workspace.floats.data();
  std::fill_n(skips, row.states + 2, -std::numeric_limits<float>::infinity());
  for (int64_t k = 0; k < count; ++k) {
    workspace.labels[static_cast<size_t>(2 * k)] = args.blank;
    workspace.labels[static_cast<size_t>(2 * k + 1)] = targets[k];
    if (k == 0 || targets[k] != targets[k - 1]) skips[2 * k + 1] = 0;
  }
  workspace.labels[static_cast<size_t>(2 * count)] = args.blank;
  row.labels = workspace.labels.data();
  row.skips = skips;
  row.scratch = skips + args.MaxStates() + 2;
  row.log_sums = kept ? kept : row.scratch + CtcScratch(args.MaxStates());
  row.alphas = row.log_sums + args.steps;
  return row;
}

// Sets the row's dlogits, in steps from first on.
void FillSteps(const CtcRow& row, int64_t first, int64_t end, float value, float* dlogits) {
  for (int64_t t = first; t < end; ++t) {
    std::fill_n(dlogits + t * row.logit_stride, row.classes, value);
  }
}

}  // namespace

void CpuBackend::CtcForward(const CtcArgs& args, float* losses, float* reserve) {
  RequireTargets(args);
  Workspace* const workspaces = Workspaces(args, reserve == nullptr, pool_.threads());
  pool_.Run(args.batch, [&](int64_t b, int worker) {
    Workspace& workspace = workspaces[worker];
    float* kept = reserve ? reserve + CtcReserveOffset(args, b) : nullptr;
    const CtcRow row = RowOf(args, b, workspace, kept ? kept + 1 : nullptr);
    const float log_probability = kernels_.ctc->forward(row);
    if (kept) *kept = log_probability;
    losses[b] = std::isinf(log_probability) && args.zero_infinity ? 0.0f : -log_probability;
  });
}

void CpuBackend::CtcBackward(const CtcArgs& args, const float* reserve, const float* dlosses,
                             float* dlogits) {
  RequireTargets(args);
  Workspace* const workspaces = Workspaces(args, false, pool_.threads());
  pool_.Run(args.batch, [&](int64_t b, int worker) {
    const float* kept = reserve + CtcReserveOffset(args, b);
    // The kernel reads log_sums and alphas alone.
    const CtcRow row = RowOf(args, b, workspaces[worker], const_cast<float*>(kept + 1));
    float* to = dlogits + (row.logits - args.logits);
    const bool finite = std::isfinite(*kept);
    if (finite) kernels_.ctc->backward(row, dlosses[b], to);
    if (!finite) FillSteps(row, 0, row.steps, std::isnan(*kept) ? *kept : 0.0f, to);
    FillSteps(row, row.steps, args.steps, 0.0f, to);
  });
}

}  // namespace nrnn::cpu
