// Runs a recurrent case as a stream, and says what its weights are worth after packing.
#ifndef NATIVERNN_TESTS_STREAM_RUN_H_
#define NATIVERNN_TESTS_STREAM_RUN_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fixture.h"
#include "rnn_case.h"
#include "rnn_run.h"

namespace nrnn::test {

constexpr nrnn_weight_storage kStorages[] = {
    NRNN_WEIGHT_STORAGE_FLOAT32, NRNN_WEIGHT_STORAGE_BFLOAT16, NRNN_WEIGHT_STORAGE_INT8};
std::string StorageName(nrnn_weight_storage storage);

// A case that a stream can run: one direction, inference, no lengths.
RnnCase StreamCase(Cell cell, int64_t steps, int64_t batch, int64_t input, int64_t hidden);

// The state, c empty unless LSTM.
struct StreamState {
  std::vector<float> h, c;
};
StreamState ReadState(const Stream& stream, const RnnCase& rnn_case);
void WriteState(const Stream& stream, const StreamState& state);

Weights PackCase(const Device& device, const RnnCase& rnn_case, nrnn_weight_storage storage);

// All steps of the case, in calls of split[0], split[1], ... steps: y and the final state.
RnnResults RunStream(const Weights& weights, const RnnCase& rnn_case,
                     const std::vector<int64_t>& split);

// The params with every weight as its storage keeps it.
std::vector<double> StoredParams(const RnnShape& shape, const std::vector<double>& params,
                                 nrnn_weight_storage storage);

// The whole case in one call against the reference with the stored weights.
testing::AssertionResult CheckStream(const Device& device, const RnnCase& rnn_case,
                                     nrnn_weight_storage storage);

}  // namespace nrnn::test

#endif  // NATIVERNN_TESTS_STREAM_RUN_H_
