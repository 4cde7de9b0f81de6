// A case of an elementwise recurrence: its shape, numbers that belong to it, and the words that
// reproduce it.
#ifndef NATIVERNN_TESTS_SCAN_CASE_H_
#define NATIVERNN_TESTS_SCAN_CASE_H_

#include <string>

#include "numbers.h"
#include "reference/scan.h"

namespace nrnn::test {

constexpr nrnn_scan_kind kScanKinds[] = {NRNN_SCAN_LINEAR, NRNN_SCAN_MIN_GRU, NRNN_SCAN_MIN_LSTM,
                                         NRNN_SCAN_IND_RNN_TANH, NRNN_SCAN_IND_RNN_RELU};

struct ScanCase {
  reference::ScanShape shape;
  reference::ScanInputs<double> inputs;
  reference::ScanOutputs<double> output_gradients;
  std::string what;
};

inline ScanCase MakeScanCase(const reference::ScanShape& shape, bool with_lengths,
                             bool with_state) {
  ScanCase made;
  made.shape = shape;
  Numbers numbers(static_cast<uint64_t>(shape.steps * 1000 + shape.hidden));
  const int64_t states = shape.directions * shape.batch * shape.hidden;
  made.inputs.gates = numbers.Reals(states * shape.steps * shape.Gates(), 2);
  if (shape.kind == NRNN_SCAN_LINEAR) {
    for (double& gate : made.inputs.gates) gate /= 4;  // factors below 1, so that nothing grows
  }
  if (shape.IsIndRnn()) made.inputs.u = numbers.Reals(shape.directions * shape.hidden);
  if (with_state) made.inputs.h0 = numbers.Reals(states);
  for (int64_t b = 0; with_lengths && b < shape.batch; ++b) {
    const int64_t length = b == 0 ? shape.steps : numbers.Integer(0, shape.steps);
    made.inputs.lengths.push_back(static_cast<int32_t>(length));
  }
  made.output_gradients = {numbers.Reals(states * shape.steps), numbers.Reals(states)};
  made.what = "kind" + std::to_string(shape.kind) + "_D" + std::to_string(shape.directions) + "_T" +
              std::to_string(shape.steps) + "_B" + std::to_string(shape.batch) + "_H" +
              std::to_string(shape.hidden) + (shape.batch_first ? "_batch_first" : "") +
              (with_lengths ? "_lengths" : "") + (with_state ? "_state" : "");
  return made;
}

}  // namespace nrnn::test

#endif  // NATIVERNN_TESTS_SCAN_CASE_H_
