// Wrong calls that make and ask recurrent plans, and where a plan's weights lie.
#include <gtest/gtest.h>

#include <limits>

#include "abi_wrong_calls.h"

namespace nrnn::test {
namespace {

// One layer of 4 inputs and 5 hidden units.
struct World {
  Outputs outputs;
  Device device{1};
  nrnn_rnn_config config = PlainConfig(NRNN_CELL_LSTM, 0, 1, 1, 0, 1, 4, 5);
  Rnn lstm{device, config};
  Rnn gru{device, PlainConfig(NRNN_CELL_GRU, 1, 1, 1, 0, 0, 4, 5)};
  nrnn_rnn_weight weight = {0, 0, NRNN_WEIGHT_IH};

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
};

using W = World;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

const WrongCall<World> kCalls[] = {
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
NRNN_TEST_WRONG_CALLS(AbiRnnPlan, World, kCalls);

TEST(AbiRnnWeights, LieOneAfterAnother) {
  const Device device(1);
  const Rnn rnn(device, PlainConfig(NRNN_CELL_GRU, 1, 2, 2, 0, 1, 4, 5));
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
