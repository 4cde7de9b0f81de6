// The reference's elementwise recurrences: gradients against central differences.
#include <gtest/gtest.h>

#include "reference_gradients.h"
#include "scan_case.h"

namespace nrnn::test {
namespace {

TEST(ReferenceScan, GradientsMatchDifferences) {
  for (const nrnn_scan_kind kind : kScanKinds) {
    for (const bool batch_first : {false, true}) {
      ScanCase c = MakeScanCase({kind, 2, batch_first, 5, 3, 2}, true, true);
      const auto loss = [&] {
        const auto outputs = reference::ScanForward(c.shape, c.inputs);
        return Dot(c.output_gradients.y, outputs.y) + Dot(c.output_gradients.hn, outputs.hn);
      };
      const auto gradients = reference::ScanBackward(c.shape, c.inputs, c.output_gradients);
      EXPECT_TRUE(MatchesDifferences(gradients.dgates, c.inputs.gates, loss, c.what + " dgates"));
      EXPECT_TRUE(MatchesDifferences(gradients.dh0, c.inputs.h0, loss, c.what + " dh0"));
      EXPECT_TRUE(MatchesDifferences(gradients.du, c.inputs.u, loss, c.what + " du"));
    }
  }
}

TEST(ReferenceScan, PaddedStepsGiveZeroAndLeaveTheState) {
  const reference::ScanShape shape = {NRNN_SCAN_LINEAR, 1, true, 3, 2, 1};
  // h = 2 h' + 1 from 1.
  const reference::ScanInputs<double> inputs = {
      {2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1}, {}, {2, 0}, {1, 5}};
  const auto outputs = reference::ScanForward(shape, inputs);
  EXPECT_EQ(outputs.y, (std::vector<double>{3, 7, 0, 0, 0, 0}));
  EXPECT_EQ(outputs.hn, (std::vector<double>{7, 5}));
}

}  // namespace
}  // namespace nrnn::test
