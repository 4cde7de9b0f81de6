// Connectionist temporal classification (Graves 2006): the loss by the forward recursion in log
// space, its gradient from the forward and the backward one, and the loss once more by adding up
// every alignment, for tiny sizes.
#ifndef NATIVERNN_REFERENCE_CTC_H_
#define NATIVERNN_REFERENCE_CTC_H_

#include "reference/array.h"

namespace nrnn::reference {

// Shapes as in nativernn.h. Empty: lengths (all steps), target_lengths (all targets).
struct CtcShape {
  int64_t steps, batch, classes, max_targets;
  bool batch_first;
  int32_t blank;
};
struct CtcTargets {
  Array<int32_t> targets;
  Array<int32_t> lengths;
  Array<int32_t> target_lengths;
};

// Infinity where the targets can't be aligned.
template <class Real>
Array<Real> CtcForward(const CtcShape& shape, const CtcTargets& targets, const Array<Real>& logits);

// No gradient where the targets can't be aligned.
template <class Real>
Array<Real> CtcBackward(const CtcShape& shape, const CtcTargets& targets, const Array<Real>& logits,
                        const Array<Real>& dlosses);

// The losses by adding the probabilities of all classes^steps paths that spell the targets.
Array<double> CtcByEnumeration(const CtcShape& shape, const CtcTargets& targets,
                               const Array<double>& logits);

}  // namespace nrnn::reference

#endif  // NATIVERNN_REFERENCE_CTC_H_
