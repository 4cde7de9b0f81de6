#include "reference/ctc.h"

#include <cmath>
#include <limits>

namespace nrnn::reference {
namespace {

template <class Real>
constexpr Real kImpossible = -std::numeric_limits<Real>::infinity();

template <class Real>
Real LogAdd(Real a, Real b) {
  if (a < b) std::swap(a, b);
  return b == kImpossible<Real> ? a : a + std::log1p(std::exp(b - a));
}

// A row of the batch: its states' classes and the log-softmax of its steps.
template <class Real>
struct Row {
  int64_t steps;
  std::vector<int32_t> targets;
  std::vector<int32_t> labels;          // of the states
  std::vector<std::vector<Real>> logs;  // [steps][classes]
  std::vector<int64_t> offsets;         // [steps] in logits

  int64_t states() const { return static_cast<int64_t>(labels.size()); }
  Real Log(int64_t t, int64_t s) const { return logs[t][static_cast<size_t>(labels[s])]; }
  bool Skips(int64_t s) const { return s >= 2 && s % 2 == 1 && labels[s] != labels[s - 2]; }
};

template <class Real>
Row<Real> RowOf(const CtcShape& shape, const CtcTargets& targets, const Array<Real>& logits,
                int64_t b) {
  Row<Real> row;
  row.steps = targets.lengths.empty() ? shape.steps : targets.lengths[b];
  const int64_t count =
      targets.target_lengths.empty() ? shape.max_targets : targets.target_lengths[b];
  const auto first = targets.targets.begin() + b * shape.max_targets;
  row.targets.assign(first, first + count);
  row.labels.push_back(shape.blank);
  for (const int32_t target : row.targets) {
    row.labels.push_back(target);
    row.labels.push_back(shape.blank);
  }
  for (int64_t t = 0; t < row.steps; ++t) {
    const int64_t at =
        shape.classes * (shape.batch_first ? b * shape.steps + t : t * shape.batch + b);
    std::vector<Real> logs(logits.begin() + at, logits.begin() + at + shape.classes);
    Real sum = kImpossible<Real>;
    for (const Real x : logs) sum = LogAdd(sum, x);
    for (Real& x : logs) x -= sum;
    row.logs.push_back(logs);
    row.offsets.push_back(at);
  }
  return row;
}

template <class Real>
std::vector<std::vector<Real>> Alphas(const Row<Real>& row) {
  const int64_t states = row.states();
  std::vector<std::vector<Real>> alphas(
      static_cast<size_t>(row.steps),
      std::vector<Real>(static_cast<size_t>(states), kImpossible<Real>));
  for (int64_t t = 0; t < row.steps; ++t) {
    for (int64_t s = 0; s < states; ++s) {
      Real sum = kImpossible<Real>;
      if (t == 0) {
        if (s < 2) sum = 0;
      } else {
        sum = alphas[t - 1][s];
        if (s >= 1) sum = LogAdd(sum, alphas[t - 1][s - 1]);
        if (row.Skips(s)) sum = LogAdd(sum, alphas[t - 1][s - 2]);
      }
      alphas[t][s] = sum + row.Log(t, s);
    }
  }
  return alphas;
}

// Without the step's own probability.
template <class Real>
std::vector<std::vector<Real>> Betas(const Row<Real>& row) {
  const int64_t states = row.states();
  std::vector<std::vector<Real>> betas(
      static_cast<size_t>(row.steps),
      std::vector<Real>(static_cast<size_t>(states), kImpossible<Real>));
  for (int64_t t = row.steps - 1; t >= 0; --t) {
    for (int64_t s = 0; s < states; ++s) {
      Real& beta = betas[t][s];
      if (t + 1 == row.steps) {
        if (s + 2 >= states) beta = 0;
        continue;
      }
      for (int64_t next = s; next < states && next <= s + 2; ++next) {
        if (next == s + 2 && !row.Skips(next)) continue;
        beta = LogAdd(beta, betas[t + 1][next] + row.Log(t + 1, next));
      }
    }
  }
  return betas;
}

template <class Real>
Real LogProbability(const Row<Real>& row) {
  if (row.steps == 0) return row.targets.empty() ? 0 : kImpossible<Real>;
  const auto last = Alphas(row).back();
  const Real blank = last.back();
  return last.size() == 1 ? blank : LogAdd(blank, last[last.size() - 2]);
}

// What a path spells: repeats merged, blanks removed.
std::vector<int32_t> Spelt(const std::vector<int32_t>& path, int32_t blank) {
  std::vector<int32_t> labels;
  int32_t before = blank;
  for (const int32_t label : path) {
    if (label != before && label != blank) labels.push_back(label);
    before = label;
  }
  return labels;
}

}  // namespace

template <class Real>
Array<Real> CtcForward(const CtcShape& shape, const CtcTargets& targets,
                       const Array<Real>& logits) {
  Array<Real> losses;
  for (int64_t b = 0; b < shape.batch; ++b) {
    losses.push_back(-LogProbability(RowOf(shape, targets, logits, b)));
  }
  return losses;
}

template <class Real>
Array<Real> CtcBackward(const CtcShape& shape, const CtcTargets& targets, const Array<Real>& logits,
                        const Array<Real>& dlosses) {
  Array<Real> dlogits(logits.size());
  for (int64_t b = 0; b < shape.batch; ++b) {
    const Row<Real> row = RowOf(shape, targets, logits, b);
    const Real log_probability = LogProbability(row);
    if (log_probability == kImpossible<Real>) continue;
    const auto alphas = Alphas(row), betas = Betas(row);
    for (int64_t t = 0; t < row.steps; ++t) {
      Real* to = dlogits.data() + row.offsets[t];
      for (int64_t c = 0; c < shape.classes; ++c) to[c] = dlosses[b] * std::exp(row.logs[t][c]);
      for (int64_t s = 0; s < row.states(); ++s) {
        const Real posterior = std::exp(alphas[t][s] + betas[t][s] - log_probability);
        to[row.labels[s]] -= dlosses[b] * posterior;
      }
    }
  }
  return dlogits;
}

Array<double> CtcByEnumeration(const CtcShape& shape, const CtcTargets& targets,
                               const Array<double>& logits) {
  Array<double> losses;
  for (int64_t b = 0; b < shape.batch; ++b) {
    const Row<double> row = RowOf(shape, targets, logits, b);
    double probability = 0;
    std::vector<int32_t> path(static_cast<size_t>(row.steps));
    bool more = true;
    while (more) {
      if (Spelt(path, shape.blank) == row.targets) {
        double log = 0;
        for (int64_t t = 0; t < row.steps; ++t) log += row.logs[t][path[t]];
        probability += std::exp(log);
      }
      more = false;  // the next path, as a number of base classes
      for (size_t t = 0; t < path.size() && !more; ++t) {
        more = ++path[t] < shape.classes;
        if (!more) path[t] = 0;
      }
    }
    losses.push_back(-std::log(probability));
  }
  return losses;
}

#define NRNN_INSTANTIATE(Real)                                                             \
  template Array<Real> CtcForward(const CtcShape&, const CtcTargets&, const Array<Real>&); \
  template Array<Real> CtcBackward(const CtcShape&, const CtcTargets&, const Array<Real>&, \
                                   const Array<Real>&);
NRNN_INSTANTIATE(double)
NRNN_INSTANTIATE(float)
#undef NRNN_INSTANTIATE

}  // namespace nrnn::reference
