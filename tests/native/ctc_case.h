// A case of connectionist temporal classification with numbers that belong to it.
#ifndef NATIVERNN_TESTS_CTC_CASE_H_
#define NATIVERNN_TESTS_CTC_CASE_H_

#include <algorithm>
#include <string>

#include "numbers.h"
#include "reference/ctc.h"

namespace nrnn::test {

struct CtcCase {
  reference::CtcShape shape;
  reference::CtcTargets targets;
  std::vector<double> logits, dlosses;
  std::string what;
};

// lengths and target lengths vary when varied; some rows then can't be aligned.
inline CtcCase MakeCtcCase(const reference::CtcShape& shape, bool varied, double scale = 3) {
  CtcCase made;
  made.shape = shape;
  Numbers numbers(static_cast<uint64_t>(shape.steps * 100 + shape.max_targets));
  made.logits = numbers.Reals(shape.steps * shape.batch * shape.classes, scale);
  made.dlosses = numbers.Reals(shape.batch);
  for (int64_t k = 0; k < shape.batch * shape.max_targets; ++k) {
    const int64_t other = numbers.Integer(0, shape.classes - 2);
    made.targets.targets.push_back(static_cast<int32_t>(other + (other >= shape.blank ? 1 : 0)));
  }
  for (int64_t b = 0; varied && b < shape.batch; ++b) {
    made.targets.lengths.push_back(static_cast<int32_t>(numbers.Integer(0, shape.steps)));
    made.targets.target_lengths.push_back(
        static_cast<int32_t>(numbers.Integer(0, shape.max_targets)));
  }
  made.what = "T" + std::to_string(shape.steps) + "_B" + std::to_string(shape.batch) + "_C" +
              std::to_string(shape.classes) + "_S" + std::to_string(shape.max_targets) +
              (shape.batch_first ? "_batch_first" : "") + (varied ? "_varied" : "");
  return made;
}

}  // namespace nrnn::test

#endif  // NATIVERNN_TESTS_CTC_CASE_H_
