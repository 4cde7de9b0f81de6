// Runs a recurrent case through the C interface, and compares what comes out with the reference.
#ifndef NATIVERNN_TESTS_RNN_RUN_H_
#define NATIVERNN_TESTS_RNN_RUN_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fixture.h"
#include "reference/rnn.h"
#include "rnn_case.h"

namespace nrnn::test {

// All results of forward and backward; cn and dc0 are empty unless LSTM, gradients unless training.
struct RnnResults {
  std::vector<float> y, hn, cn, dx, dh0, dc0, dparams;
};

// What dparams holds before backward adds to it.
constexpr float kGradientBefore = 0.5f;

// Forward, then backward if the sequence is training. Outputs hold NaN before, so that each element
// must be written.
RnnResults RunRnn(const Device& device, const nrnn_rnn_config& config,
                  const reference::RnnSequence<double>& sequence,
                  const reference::RnnOutputs<double>& output_gradients);

// What RunRnn should give, from the reference.
struct RnnWant {
  reference::RnnOutputs<double> outputs;
  reference::RnnGradients<double> gradients;  // dparams: on top of kGradientBefore
};
RnnWant ReferenceRnn(const RnnShape& shape, const reference::RnnSequence<double>& sequence,
                     const reference::RnnOutputs<double>& output_gradients);

// what: the line that reproduces the case.
testing::AssertionResult NearReference(const RnnResults& got, const RnnWant& want,
                                       const RnnShape& shape,
                                       const reference::RnnSequence<double>& sequence,
                                       const std::string& what);
testing::AssertionResult SameResults(const RnnResults& got, const RnnResults& want,
                                     const std::string& what);

// Devices of one instruction set with 1, 2 and 3 threads.
class ThreadCounts {
 public:
  explicit ThreadCounts(int32_t target);
  // The case on one thread against the reference, and on more threads against the bits of one.
  testing::AssertionResult Check(const RnnCase& rnn_case) const;
  const std::vector<Device>& devices() const { return devices_; }

 private:
  std::vector<Device> devices_;
};

}  // namespace nrnn::test

#endif  // NATIVERNN_TESTS_RNN_RUN_H_
