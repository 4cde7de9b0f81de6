// Wrong calls of recurrent plans.
#include <gtest/gtest.h>

#include <limits>

#include "abi_wrong_calls.h"

namespace nrnn::test {
namespace {

// One LSTM layer of 4 inputs and 5 hidden units over 3 steps of 2 rows.
struct World {
  Outputs outputs;
  Device device{1}, other{1};
  nrnn_rnn_config config = {NRNN_CELL_LSTM, 0, 1, 1, 0, 1, 4, 5, 0};
  Rnn lstm{device, config};
  Rnn gru{device, {NRNN_CELL_GRU, 1, 1, 1, 0, 0, 4, 5, 0}};
  Buffer params{device, lstm.ParamsLength()}, gru_params{device, gru.ParamsLength()};
  Buffer x{device, 3 * 2 * 4}, state{device, 2 * 5}, dy{device, 3 * 2 * 5};
  Buffer lengths{device, std::vector<int32_t>{3, 0}};
  Buffer integers{device, 3 * 2 * 4, NRNN_DTYPE_INT32}, short_floats{device, 7};
  Buffer elsewhere{other, 3 * 2 * 4};
  nrnn_rnn_forward_args forward = {};
  nrnn_rnn_backward_args backward = {};
  nrnn_rnn_weight weight = {0, 0, NRNN_WEIGHT_IH};

  World() {
    forward = {3,
               2,
               1,
               params.get(),
               x.get(),
               lengths.get(),
               state.get(),
               state.get(),
               outputs.Add(device, 30),
               outputs.Add(device, 10),
               outputs.Add(device, 10),
               outputs.Add(device, lstm.ReserveLength(3, 2))};
    backward = {3,
                2,
                1,
                params.get(),
                x.get(),
                lengths.get(),
                state.get(),
                state.get(),
                outputs.Add(device, 30),
                outputs.Add(device, lstm.ReserveLength(3, 2)),
                dy.get(),
                state.get(),
                state.get(),
                outputs.Add(device, 24),
                outputs.Add(device, 10),
                outputs.Add(device, 10),
                outputs.Add(device, params.length())};
  }
  nrnn_status Create() {
    nrnn_rnn* created = nullptr;
    const nrnn_status status = nrnn_rnn_create(device.get(), &config, &created);
    EXPECT_EQ(status == NRNN_OK, created != nullptr);
    nrnn_rnn_close(created);
    return status;
  }
  nrnn_status Locate() {
    nrnn_rnn_weight_location location = {-1, -1, -1};
    const nrnn_status status = nrnn_rnn_locate_weight(lstm.get(), &weight, &location);
    EXPECT_EQ(status == NRNN_OK, location.offset != -1);
    return status;
  }
  nrnn_status Reserve(int64_t steps, int64_t batch) {
    int64_t length = -1;
    const nrnn_status status = nrnn_rnn_reserve_length(lstm.get(), steps, batch, &length);
    EXPECT_EQ(status == NRNN_OK, length != -1);
    return status;
  }
  nrnn_status Forward() { return nrnn_rnn_forward(lstm.get(), &forward); }
  // A backward call needs a forward call before it, with a reserve of its own.
  nrnn_status Backward() { return nrnn_rnn_backward(lstm.get(), &backward); }
};

using W = World;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

const WrongCall<World> kCreateCalls[] = {
    {"CreateRight", "nrnn_rnn_create", [](W& w) { return w.Create(); }, nullptr},
    {"CreateDeviceNull", "nrnn_rnn_create",
     [](W& w) {
       nrnn_rnn* created = nullptr;
       return nrnn_rnn_create(nullptr, &w.config, &created);
     },
     "device"},
    {"CreateConfigNull", "nrnn_rnn_create",
     [](W& w) {
       nrnn_rnn* created = nullptr;
       return nrnn_rnn_create(w.device.get(), nullptr, &created);
     },
     "config"},
    {"CreateOutNull", "nrnn_rnn_create",
     [](W& w) { return nrnn_rnn_create(w.device.get(), &w.config, nullptr); }, "out_rnn"},
    {"CreateCell", "nrnn_rnn_create", [](W& w) { return w.config.cell = 4, w.Create(); }, "cell"},
    {"CreateResetAfterOfLstm", "nrnn_rnn_create",
     [](W& w) { return w.config.reset_after = 1, w.Create(); }, "reset_after"},
    {"CreateLayersNone", "nrnn_rnn_create",
     [](W& w) { return w.config.num_layers = 0, w.Create(); }, "num_layers"},
    {"CreateLayersMany", "nrnn_rnn_create",
     [](W& w) { return w.config.num_layers = 65, w.Create(); }, "num_layers"},
    {"CreateDirectionsNone", "nrnn_rnn_create",
     [](W& w) { return w.config.directions = 0, w.Create(); }, "directions"},
    {"CreateDirectionsMany", "nrnn_rnn_create",
     [](W& w) { return w.config.directions = 3, w.Create(); }, "directions"},
    {"CreateBatchFirst", "nrnn_rnn_create",
     [](W& w) { return w.config.batch_first = 2, w.Create(); }, "batch_first"},
    {"CreateBias", "nrnn_rnn_create", [](W& w) { return w.config.bias = -1, w.Create(); }, "bias"},
    {"CreateInput", "nrnn_rnn_create", [](W& w) { return w.config.input_size = 0, w.Create(); },
     "input_size"},
    {"CreateHidden", "nrnn_rnn_create",
     [](W& w) { return w.config.hidden_size = 65537, w.Create(); }, "hidden_size"},
    {"CreateDropoutNegative", "nrnn_rnn_create",
     [](W& w) { return w.config.dropout = -0.1f, w.Create(); }, "dropout"},
    {"CreateDropoutOne", "nrnn_rnn_create", [](W& w) { return w.config.dropout = 1, w.Create(); },
     "dropout"},
    {"CreateDropoutNan", "nrnn_rnn_create",
     [](W& w) { return w.config.dropout = kNan, w.Create(); }, "dropout"},
    {"ParamsLengthRnnNull", "nrnn_rnn_params_length",
     [](W&) {
       int64_t length = 0;
       return nrnn_rnn_params_length(nullptr, &length);
     },
     "rnn"},
    {"ParamsLengthOutNull", "nrnn_rnn_params_length",
     [](W& w) { return nrnn_rnn_params_length(w.lstm.get(), nullptr); }, "out_length"},
    {"LocateRight", "nrnn_rnn_locate_weight", [](W& w) { return w.Locate(); }, nullptr},
    {"LocateWeightNull", "nrnn_rnn_locate_weight",
     [](W& w) {
       nrnn_rnn_weight_location location;
       return nrnn_rnn_locate_weight(w.lstm.get(), nullptr, &location);
     },
     "weight"},
    {"LocateOutNull", "nrnn_rnn_locate_weight",
     [](W& w) { return nrnn_rnn_locate_weight(w.lstm.get(), &w.weight, nullptr); }, "out_location"},
    {"LocateLayer", "nrnn_rnn_locate_weight", [](W& w) { return w.weight.layer = 1, w.Locate(); },
     "layer"},
    {"LocateDirection", "nrnn_rnn_locate_weight",
     [](W& w) { return w.weight.direction = -1, w.Locate(); }, "direction"},
    {"LocateKind", "nrnn_rnn_locate_weight", [](W& w) { return w.weight.kind = 4, w.Locate(); },
     "kind"},
    {"LocateBiasThatIsNot", "nrnn_rnn_locate_weight",
     [](W& w) {
       nrnn_rnn_weight_location location;
       w.weight.kind = NRNN_WEIGHT_BIAS_HH;
       return nrnn_rnn_locate_weight(w.gru.get(), &w.weight, &location);
     },
     "kind"},
    {"ReserveRight", "nrnn_rnn_reserve_length", [](W& w) { return w.Reserve(3, 2); }, nullptr},
    {"ReserveStepsNone", "nrnn_rnn_reserve_length", [](W& w) { return w.Reserve(0, 2); }, "steps"},
    {"ReserveBatchNegative", "nrnn_rnn_reserve_length", [](W& w) { return w.Reserve(3, -2); },
     "batch"},
    {"ReserveHuge", "nrnn_rnn_reserve_length", [](W& w) { return w.Reserve(INT32_MAX, INT32_MAX); },
     "steps"},
    {"ReserveOutNull", "nrnn_rnn_reserve_length",
     [](W& w) { return nrnn_rnn_reserve_length(w.lstm.get(), 3, 2, nullptr); }, "out_length"},
};
NRNN_TEST_WRONG_CALLS(AbiRnnPlan, World, kCreateCalls);

const WrongCall<World> kForwardCalls[] = {
    {"Right", "nrnn_rnn_forward", [](W& w) { return w.Forward(); }, nullptr},
    {"RnnNull", "nrnn_rnn_forward", [](W& w) { return nrnn_rnn_forward(nullptr, &w.forward); },
     "rnn"},
    {"ArgsNull", "nrnn_rnn_forward", [](W& w) { return nrnn_rnn_forward(w.lstm.get(), nullptr); },
     "args"},
    {"StepsNone", "nrnn_rnn_forward", [](W& w) { return w.forward.steps = 0, w.Forward(); },
     "steps"},
    {"BatchNegative", "nrnn_rnn_forward", [](W& w) { return w.forward.batch = -1, w.Forward(); },
     "batch"},
    {"StepsHuge", "nrnn_rnn_forward", [](W& w) { return w.forward.steps = INT64_MAX, w.Forward(); },
     "steps"},
    {"ParamsNull", "nrnn_rnn_forward", [](W& w) { return w.forward.params = nullptr, w.Forward(); },
     "params"},
    {"ParamsShort", "nrnn_rnn_forward",
     [](W& w) { return w.forward.params = w.short_floats.get(), w.Forward(); }, "params"},
    {"XNull", "nrnn_rnn_forward", [](W& w) { return w.forward.x = nullptr, w.Forward(); }, "x"},
    {"XIntegers", "nrnn_rnn_forward",
     [](W& w) { return w.forward.x = w.integers.get(), w.Forward(); }, "x"},
    {"XElsewhere", "nrnn_rnn_forward",
     [](W& w) { return w.forward.x = w.elsewhere.get(), w.Forward(); }, "x"},
    {"LengthsFloats", "nrnn_rnn_forward",
     [](W& w) { return w.forward.lengths = w.short_floats.get(), w.Forward(); }, "lengths"},
    {"LengthsTooMany", "nrnn_rnn_forward",
     [](W& w) { return w.forward.lengths = w.integers.get(), w.Forward(); }, "lengths"},
    {"LengthsAboveSteps", "nrnn_rnn_forward",
     [](W& w) {
       const Buffer lengths(w.device, std::vector<int32_t>{2, 4});
       return w.forward.lengths = lengths.get(), w.Forward();
     },
     "lengths"},
    {"LengthsNegative", "nrnn_rnn_forward",
     [](W& w) {
       const Buffer lengths(w.device, std::vector<int32_t>{-1, 3});
       return w.forward.lengths = lengths.get(), w.Forward();
     },
     "lengths"},
    {"H0Short", "nrnn_rnn_forward",
     [](W& w) { return w.forward.h0 = w.short_floats.get(), w.Forward(); }, "h0"},
    {"YNull", "nrnn_rnn_forward", [](W& w) { return w.forward.y = nullptr, w.Forward(); }, "y"},
    {"YShort", "nrnn_rnn_forward",
     [](W& w) { return w.forward.y = w.outputs.Add(w.device, 29), w.Forward(); }, "y"},
    {"HnLong", "nrnn_rnn_forward",
     [](W& w) { return w.forward.hn = w.outputs.Add(w.device, 11), w.Forward(); }, "hn"},
    {"HnIsH0", "nrnn_rnn_forward", [](W& w) { return w.forward.hn = w.state.get(), w.Forward(); },
     "hn"},
    {"ReserveShort", "nrnn_rnn_forward",
     [](W& w) { return w.forward.reserve = w.outputs.Add(w.device, 1), w.Forward(); }, "reserve"},
    {"ReserveElsewhere", "nrnn_rnn_forward",
     [](W& w) {
       w.forward.reserve = w.outputs.Add(w.other, w.lstm.ReserveLength(3, 2));
       return w.Forward();
     },
     "reserve"},
    {"GruHasNoC0", "nrnn_rnn_forward",
     [](W& w) {
       w.forward.params = w.gru_params.get();
       w.forward.cn = nullptr;
       return nrnn_rnn_forward(w.gru.get(), &w.forward);
     },
     "c0"},
    {"GruHasNoCn", "nrnn_rnn_forward",
     [](W& w) {
       w.forward.params = w.gru_params.get();
       w.forward.c0 = nullptr;
       return nrnn_rnn_forward(w.gru.get(), &w.forward);
     },
     "cn"},
};
NRNN_TEST_WRONG_CALLS(AbiRnnForward, World, kForwardCalls);

const WrongCall<World> kBackwardCalls[] = {
    {"RnnNull", "nrnn_rnn_backward", [](W& w) { return nrnn_rnn_backward(nullptr, &w.backward); },
     "rnn"},
    {"ArgsNull", "nrnn_rnn_backward", [](W& w) { return nrnn_rnn_backward(w.lstm.get(), nullptr); },
     "args"},
    {"StepsNone", "nrnn_rnn_backward", [](W& w) { return w.backward.steps = 0, w.Backward(); },
     "steps"},
    {"XShort", "nrnn_rnn_backward",
     [](W& w) { return w.backward.x = w.short_floats.get(), w.Backward(); }, "x"},
    {"LengthsAboveSteps", "nrnn_rnn_backward",
     [](W& w) {
       const Buffer lengths(w.device, std::vector<int32_t>{2, 4});
       return w.backward.lengths = lengths.get(), w.Backward();
     },
     "lengths"},
    {"YNull", "nrnn_rnn_backward", [](W& w) { return w.backward.y = nullptr, w.Backward(); }, "y"},
    {"ReserveNull", "nrnn_rnn_backward",
     [](W& w) { return w.backward.reserve = nullptr, w.Backward(); }, "reserve"},
    {"DyShort", "nrnn_rnn_backward",
     [](W& w) { return w.backward.dy = w.short_floats.get(), w.Backward(); }, "dy"},
    {"DxShort", "nrnn_rnn_backward",
     [](W& w) { return w.backward.dx = w.outputs.Add(w.device, 23), w.Backward(); }, "dx"},
    {"DxIsX", "nrnn_rnn_backward", [](W& w) { return w.backward.dx = w.x.get(), w.Backward(); },
     "dx"},
    {"DparamsElsewhere", "nrnn_rnn_backward",
     [](W& w) {
       w.backward.dparams = w.outputs.Add(w.other, w.params.length());
       return w.Backward();
     },
     "dparams"},
    {"DparamsIsParams", "nrnn_rnn_backward",
     [](W& w) { return w.backward.dparams = w.params.get(), w.Backward(); }, "dparams"},
    {"GruHasNoDcn", "nrnn_rnn_backward",
     [](W& w) {
       w.backward.c0 = nullptr;
       w.backward.dc0 = nullptr;
       return nrnn_rnn_backward(w.gru.get(), &w.backward);
     },
     "dcn"},
    {"GruHasNoDc0", "nrnn_rnn_backward",
     [](W& w) {
       w.backward.c0 = nullptr;
       w.backward.dcn = nullptr;
       return nrnn_rnn_backward(w.gru.get(), &w.backward);
     },
     "dc0"},
};
NRNN_TEST_WRONG_CALLS(AbiRnnBackward, World, kBackwardCalls);

TEST(AbiRnnWeights, LieOneAfterAnother) {
  const Device device(1);
  const Rnn rnn(device, {NRNN_CELL_GRU, 1, 2, 2, 0, 1, 4, 5, 0});
  int64_t expected = 0;
  for (int32_t layer = 0; layer < 2; ++layer) {
    for (int32_t direction = 0; direction < 2; ++direction) {
      const int64_t columns[] = {layer == 0 ? 4 : 10, 5, 1, 1};
      for (int32_t kind = 0; kind < 4; ++kind) {
        const nrnn_rnn_weight weight = {layer, direction, kind};
        nrnn_rnn_weight_location location;
        Check(nrnn_rnn_locate_weight(rnn.get(), &weight, &location));
        EXPECT_EQ(location.offset, expected);
        EXPECT_EQ(location.rows, 15);
        EXPECT_EQ(location.columns, columns[kind]);
        expected += 15 * columns[kind];
      }
    }
  }
  EXPECT_EQ(rnn.ParamsLength(), expected);
}

}  // namespace
}  // namespace nrnn::test
