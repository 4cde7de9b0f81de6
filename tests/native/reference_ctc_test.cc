// The reference's connectionist temporal classification against all alignments one by one, central
// differences and PyTorch.
#include <gtest/gtest.h>

#include <cmath>

#include "ctc_case.h"
#include "golden.h"
#include "reference_gradients.h"

namespace nrnn::test {
namespace {

TEST(ReferenceCtc, LossIsTheSumOverAllAlignments) {
  for (const int64_t steps : {1, 2, 3, 4, 5, 6}) {
    for (const int64_t targets : {0, 1, 2, 3}) {
      for (const int32_t blank : {0, 2}) {
        for (const bool varied : {false, true}) {
          const CtcCase c = MakeCtcCase({steps, 5, 3, targets, varied, blank}, varied);
          const auto got = reference::CtcForward(c.shape, c.targets, c.logits);
          const auto want = reference::CtcByEnumeration(c.shape, c.targets, c.logits);
          for (size_t b = 0; b < want.size(); ++b) {
            if (std::isinf(want[b])) {
              EXPECT_EQ(got[b], want[b]) << c.what;
            } else {
              EXPECT_NEAR(got[b], want[b], 1e-12 * (1 + std::abs(want[b]))) << c.what;
            }
          }
        }
      }
    }
  }
}

TEST(ReferenceCtc, GradientMatchesDifferences) {
  for (const bool batch_first : {false, true}) {
    CtcCase c = MakeCtcCase({6, 4, 4, 3, batch_first, 1}, false);
    c.targets.lengths = {6, 5, 6, 4};
    c.targets.target_lengths = {3, 1, 0, 2};
    const auto loss = [&] {
      return Dot(c.dlosses, reference::CtcForward(c.shape, c.targets, c.logits));
    };
    const auto dlogits = reference::CtcBackward(c.shape, c.targets, c.logits, c.dlosses);
    EXPECT_TRUE(MatchesDifferences(dlogits, c.logits, loss, c.what));
  }
}

TEST(ReferenceCtc, MatchesPyTorch) {
  const Golden golden("ctc");
  const reference::CtcShape shape = {7, 4, 5, 3, false, 2};
  const reference::CtcTargets targets = {golden.Integers("targets"), golden.Integers("lengths"),
                                         golden.Integers("target_lengths")};
  const auto losses = reference::CtcForward(shape, targets, golden["logits"]);
  const auto dlogits = reference::CtcBackward(shape, targets, golden["logits"], golden["dlosses"]);
  for (size_t b = 0; b < losses.size(); ++b) EXPECT_NEAR(losses[b], golden["losses"][b], 1e-12);
  for (size_t k = 0; k < dlogits.size(); ++k) {
    EXPECT_NEAR(dlogits[k], golden["dlogits"][k], 1e-12);
  }
}

}  // namespace
}  // namespace nrnn::test
