// Wrong calls of packed weights and streams.
#include <gtest/gtest.h>

#include <limits>

#include "abi_wrong_calls.h"

namespace nrnn::test {
namespace {

// An LSTM of 2 inputs and 3 units, two sequences; a call of two steps.
struct World {
  Outputs outputs;
  Device device{1}, other{1};
  Rnn rnn{device, PlainConfig(NRNN_CELL_LSTM, 0, 1, 1, 0, 1, 2, 3)};
  Rnn both_ways{device, PlainConfig(NRNN_CELL_LSTM, 0, 1, 2, 0, 1, 2, 3)};
  Rnn gru{device, PlainConfig(NRNN_CELL_GRU, 1, 1, 1, 0, 1, 2, 3)};
  Buffer params{device, rnn.ParamsLength()};
  Buffer params_elsewhere{other, rnn.ParamsLength()};
  Weights weights{rnn, params, NRNN_WEIGHT_STORAGE_FLOAT32};
  Weights gru_weights{gru, Buffer(device, gru.ParamsLength()), NRNN_WEIGHT_STORAGE_FLOAT32};
  Stream stream{weights, 2};
  Stream gru_stream{gru_weights, 2};
  // Eight floats of inputs, then twelve of outputs; or two states of six.
  float memory[20] = {};
  float* x = memory;
  float* y = memory + 8;

  nrnn_status Pack(nrnn_rnn* plan, const nrnn_buffer* values, int32_t storage) {
    nrnn_weights* packed = nullptr;
    const nrnn_status status = nrnn_weights_pack(plan, values, storage, &packed);
    EXPECT_EQ(status == NRNN_OK, packed != nullptr);
    nrnn_weights_close(packed);
    return status;
  }
  nrnn_status Open(const nrnn_weights* of, int64_t batch) {
    nrnn_stream* opened = nullptr;
    const nrnn_status status = nrnn_stream_open(of, batch, &opened);
    EXPECT_EQ(status == NRNN_OK, opened != nullptr);
    nrnn_stream_close(opened);
    return status;
  }
};

using W = World;

const WrongCall<World> kCalls[] = {
    {"PackRight", "nrnn_weights_pack",
     [](W& w) { return w.Pack(w.rnn.get(), w.params.get(), NRNN_WEIGHT_STORAGE_INT8); }, nullptr},
    {"PackRnnNull", "nrnn_weights_pack", [](W& w) { return w.Pack(nullptr, w.params.get(), 0); },
     "rnn"},
    {"PackParamsNull", "nrnn_weights_pack", [](W& w) { return w.Pack(w.rnn.get(), nullptr, 0); },
     "params"},
    {"PackParamsLength", "nrnn_weights_pack",
     [](W& w) { return w.Pack(w.gru.get(), w.params.get(), 0); }, "params"},
    {"PackParamsElsewhere", "nrnn_weights_pack",
     [](W& w) { return w.Pack(w.rnn.get(), w.params_elsewhere.get(), 0); }, "params"},
    {"PackStorageNegative", "nrnn_weights_pack",
     [](W& w) { return w.Pack(w.rnn.get(), w.params.get(), -1); }, "storage"},
    {"PackStorageUnknown", "nrnn_weights_pack",
     [](W& w) { return w.Pack(w.rnn.get(), w.params.get(), 3); }, "storage"},
    {"PackBothDirections", "nrnn_weights_pack",
     [](W& w) { return w.Pack(w.both_ways.get(), w.params.get(), 0); }, "directions",
     NRNN_UNSUPPORTED},
    {"PackOutNull", "nrnn_weights_pack",
     [](W& w) { return nrnn_weights_pack(w.rnn.get(), w.params.get(), 0, nullptr); },
     "out_weights"},
    {"BytesWeightsNull", "nrnn_weights_bytes",
     [](W&) {
       int64_t bytes = 0;
       return nrnn_weights_bytes(nullptr, &bytes);
     },
     "weights"},
    {"BytesOutNull", "nrnn_weights_bytes",
     [](W& w) { return nrnn_weights_bytes(w.weights.get(), nullptr); }, "out_bytes"},
    {"OpenRight", "nrnn_stream_open", [](W& w) { return w.Open(w.weights.get(), 3); }, nullptr},
    {"OpenWeightsNull", "nrnn_stream_open", [](W& w) { return w.Open(nullptr, 1); }, "weights"},
    {"OpenBatchNone", "nrnn_stream_open", [](W& w) { return w.Open(w.weights.get(), 0); }, "batch"},
    {"OpenBatchHuge", "nrnn_stream_open",
     [](W& w) { return w.Open(w.weights.get(), std::numeric_limits<int64_t>::max()); }, "batch"},
    {"OpenOutNull", "nrnn_stream_open",
     [](W& w) { return nrnn_stream_open(w.weights.get(), 1, nullptr); }, "out_stream"},
    {"ResetRight", "nrnn_stream_reset", [](W& w) { return nrnn_stream_reset(w.stream.get()); },
     nullptr},
    {"ResetStreamNull", "nrnn_stream_reset", [](W&) { return nrnn_stream_reset(nullptr); },
     "stream"},
    {"RunRight", "nrnn_stream_run",
     [](W& w) { return nrnn_stream_run(w.stream.get(), 2, w.x, 8, w.y, 12); }, nullptr},
    {"RunStreamNull", "nrnn_stream_run",
     [](W& w) { return nrnn_stream_run(nullptr, 2, w.x, 8, w.y, 12); }, "stream"},
    {"RunStepsNone", "nrnn_stream_run",
     [](W& w) { return nrnn_stream_run(w.stream.get(), 0, w.x, 0, w.y, 0); }, "steps"},
    {"RunStepsHuge", "nrnn_stream_run",
     [](W& w) { return nrnn_stream_run(w.stream.get(), INT64_MAX, w.x, 8, w.y, 12); }, "steps"},
    {"RunXNull", "nrnn_stream_run",
     [](W& w) { return nrnn_stream_run(w.stream.get(), 2, nullptr, 8, w.y, 12); }, "x is null"},
    {"RunXLength", "nrnn_stream_run",
     [](W& w) { return nrnn_stream_run(w.stream.get(), 2, w.x, 7, w.y, 12); },
     "x holds 7 floats, needs 8"},
    {"RunYNull", "nrnn_stream_run",
     [](W& w) { return nrnn_stream_run(w.stream.get(), 2, w.x, 8, nullptr, 12); }, "out_y is null"},
    {"RunYLength", "nrnn_stream_run",
     [](W& w) { return nrnn_stream_run(w.stream.get(), 2, w.x, 8, w.y, 13); },
     "out_y holds 13 floats, needs 12"},
    {"RunOverlap", "nrnn_stream_run",
     [](W& w) { return nrnn_stream_run(w.stream.get(), 2, w.x, 8, w.x + 7, 12); },
     "out_y overlaps x"},
    {"ReadRight", "nrnn_stream_read_state",
     [](W& w) { return nrnn_stream_read_state(w.stream.get(), w.x, 6, w.y, 6); }, nullptr},
    {"ReadRightGru", "nrnn_stream_read_state",
     [](W& w) { return nrnn_stream_read_state(w.gru_stream.get(), w.x, 6, nullptr, 0); }, nullptr},
    {"ReadStreamNull", "nrnn_stream_read_state",
     [](W& w) { return nrnn_stream_read_state(nullptr, w.x, 6, w.y, 6); }, "stream"},
    {"ReadHNull", "nrnn_stream_read_state",
     [](W& w) { return nrnn_stream_read_state(w.stream.get(), nullptr, 6, w.y, 6); }, "out_h"},
    {"ReadHLength", "nrnn_stream_read_state",
     [](W& w) { return nrnn_stream_read_state(w.stream.get(), w.x, 3, w.y, 6); }, "out_h"},
    {"ReadCNull", "nrnn_stream_read_state",
     [](W& w) { return nrnn_stream_read_state(w.stream.get(), w.x, 6, nullptr, 0); }, "out_c"},
    {"ReadCLength", "nrnn_stream_read_state",
     [](W& w) { return nrnn_stream_read_state(w.stream.get(), w.x, 6, w.y, 7); }, "out_c"},
    {"ReadCOfGru", "nrnn_stream_read_state",
     [](W& w) { return nrnn_stream_read_state(w.gru_stream.get(), w.x, 6, w.y, 6); }, "out_c"},
    {"ReadCLengthOfGru", "nrnn_stream_read_state",
     [](W& w) { return nrnn_stream_read_state(w.gru_stream.get(), w.x, 6, nullptr, 6); },
     "c_length"},
    {"WriteRight", "nrnn_stream_write_state",
     [](W& w) { return nrnn_stream_write_state(w.stream.get(), w.x, 6, w.y, 6); }, nullptr},
    {"WriteStreamNull", "nrnn_stream_write_state",
     [](W& w) { return nrnn_stream_write_state(nullptr, w.x, 6, w.y, 6); }, "stream"},
    {"WriteHNull", "nrnn_stream_write_state",
     [](W& w) { return nrnn_stream_write_state(w.stream.get(), nullptr, 6, w.y, 6); }, "h is null"},
    {"WriteHLength", "nrnn_stream_write_state",
     [](W& w) { return nrnn_stream_write_state(w.stream.get(), w.x, 5, w.y, 6); }, "h holds 5"},
    {"WriteCNull", "nrnn_stream_write_state",
     [](W& w) { return nrnn_stream_write_state(w.stream.get(), w.x, 6, nullptr, 6); }, "c is null"},
    {"WriteCLength", "nrnn_stream_write_state",
     [](W& w) { return nrnn_stream_write_state(w.stream.get(), w.x, 6, w.y, 0); }, "c holds 0"},
    {"WriteCOfGru", "nrnn_stream_write_state",
     [](W& w) { return nrnn_stream_write_state(w.gru_stream.get(), w.x, 6, w.y, 6); },
     "c is given"},
};
NRNN_TEST_WRONG_CALLS(AbiStream, World, kCalls);

}  // namespace
}  // namespace nrnn::test
