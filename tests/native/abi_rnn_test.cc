// Wrong calls of the recurrent passes.
#include <gtest/gtest.h>

#include "abi_wrong_calls.h"

namespace nrnn::test {
namespace {

// One LSTM layer of 4 inputs and 5 hidden units over 3 steps of 2 rows.
struct World {
  Outputs outputs;
  Device device{1}, other{1};
  Rnn lstm{device, PlainConfig(NRNN_CELL_LSTM, 0, 1, 1, 0, 1, 4, 5)};
  Rnn gru{device, PlainConfig(NRNN_CELL_GRU, 1, 1, 1, 0, 0, 4, 5)};
  Buffer params{device, lstm.ParamsLength()}, gru_params{device, gru.ParamsLength()};
  Buffer x{device, 3 * 2 * 4}, state{device, 2 * 5}, dy{device, 3 * 2 * 5};
  Buffer lengths{device, std::vector<int32_t>{3, 0}};
  Buffer integers{device, 3 * 2 * 4, NRNN_DTYPE_INT32}, short_floats{device, 7};
  Buffer elsewhere{other, 3 * 2 * 4};
  nrnn_rnn_forward_args forward = {};
  nrnn_rnn_backward_args backward = {};

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
  nrnn_status Forward() { return nrnn_rnn_forward(lstm.get(), &forward); }
  // A backward call needs a forward call before it, with a reserve of its own.
  nrnn_status Backward() { return nrnn_rnn_backward(lstm.get(), &backward); }
};

using W = World;

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
     "lengths", NRNN_INVALID_ARGUMENT, Found::kInContents},
    {"LengthsNegative", "nrnn_rnn_forward",
     [](W& w) {
       const Buffer lengths(w.device, std::vector<int32_t>{-1, 3});
       return w.forward.lengths = lengths.get(), w.Forward();
     },
     "lengths", NRNN_INVALID_ARGUMENT, Found::kInContents},
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
     "lengths", NRNN_INVALID_ARGUMENT, Found::kInContents},
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

}  // namespace
}  // namespace nrnn::test
