// The C interface of recurrent plans.
#include <limits>

#include "api/guard.h"
#include "api/rnn_options.h"

using nrnn::Arguments;
using nrnn::Guard;
using nrnn::Require;
using nrnn::RequireRange;

namespace {

constexpr int64_t kMaxElements = int64_t{1} << 40;

// Throws unless sequences of this size stay far from overflow: the reserve's length must fit.
void RequireSequence(const nrnn_rnn& rnn, int64_t steps, int64_t batch) {
  RequireRange("steps", steps, 1, std::numeric_limits<int32_t>::max());
  RequireRange("batch", batch, 1, std::numeric_limits<int32_t>::max());
  const int64_t arrays = rnn.shape.options.any ? 64 : 8;  // of a layer's reserve, at most
  const int64_t widest =
      arrays * rnn.shape.layers * rnn.shape.directions * (rnn.shape.hidden + rnn.shape.input);
  Require(steps * batch <= kMaxElements / widest, "steps ", steps, " x batch ", batch,
          " is too large for this plan");
}

struct Sizes {
  Sizes(const nrnn_rnn& rnn, int64_t steps, int64_t batch)
      : params(nrnn::ParamsLength(rnn.shape)),
        x(steps * batch * rnn.shape.input),
        y(steps * batch * rnn.shape.directions * rnn.shape.Output()),
        state(rnn.shape.layers * rnn.shape.directions * batch * rnn.shape.Output()),
        cell(rnn.shape.layers * rnn.shape.directions * batch * rnn.shape.hidden),
        reserve(rnn.plan->ReserveLength(steps, batch)) {}
  int64_t params, x, y, state, cell, reserve;
};

void RequireNoCellState(const nrnn_rnn& rnn, const char* name, const nrnn_buffer* buffer) {
  Require(rnn.shape.cell == nrnn::Cell::kLstm || buffer == nullptr, name,
          " is given, must be null: only LSTM has a cell state");
}

}  // namespace

nrnn_status nrnn_rnn_create(nrnn_device* device, const nrnn_rnn_config* config,
                            nrnn_rnn** out_rnn) {
  return Guard("nrnn_rnn_create", [&] {
    Require(device != nullptr, "device is null");
    Require(config != nullptr, "config is null");
    Require(out_rnn != nullptr, "out_rnn is null");
    *out_rnn = new nrnn_rnn(device->backend, nrnn::CheckedShape(*config));
  });
}

void nrnn_rnn_close(nrnn_rnn* rnn) { delete rnn; }

nrnn_status nrnn_rnn_params_length(const nrnn_rnn* rnn, int64_t* out_length) {
  return Guard("nrnn_rnn_params_length", [&] {
    Require(rnn != nullptr, "rnn is null");
    Require(out_length != nullptr, "out_length is null");
    *out_length = nrnn::ParamsLength(rnn->shape);
  });
}

nrnn_status nrnn_rnn_locate_weight(const nrnn_rnn* rnn, const nrnn_rnn_weight* weight,
                                   nrnn_rnn_weight_location* out_location) {
  return Guard("nrnn_rnn_locate_weight", [&] {
    Require(rnn != nullptr, "rnn is null");
    Require(weight != nullptr, "weight is null");
    Require(out_location != nullptr, "out_location is null");
    const nrnn::RnnShape& shape = rnn->shape;
    RequireRange("layer", weight->layer, 0, shape.layers - 1);
    RequireRange("direction", weight->direction, 0, shape.directions - 1);
    RequireRange("kind", weight->kind, NRNN_WEIGHT_IH, NRNN_WEIGHT_NORM_CELL_BIAS);
    const nrnn::LayerParams at = nrnn::LocateLayer(shape, weight->layer, weight->direction);
    const int64_t gates = shape.GateRows();
    const nrnn_rnn_weight_location places[] = {
        {at.weight_ih, gates, shape.LayerInput(weight->layer)},
        {at.weight_hh, gates, shape.Output()},
        {at.bias_ih, gates, 1},
        {at.bias_hh, gates, 1},
        {at.weight_hr, shape.options.projection, shape.hidden},
        {at.peephole, shape.PeepholeRows(), 1},
        {at.norm_ih, gates, 1},
        {at.norm_hh, gates, 1},
        {at.norm_cell, shape.hidden, 1},
        {at.norm_cell_bias, shape.hidden, 1}};
    const nrnn_rnn_weight_location& place = places[weight->kind];
    Require(place.offset >= 0, "kind is ", weight->kind, ", a weight that this plan does not have");
    *out_location = place;
  });
}

nrnn_status nrnn_rnn_reserve_length(const nrnn_rnn* rnn, int64_t steps, int64_t batch,
                                    int64_t* out_length) {
  return Guard("nrnn_rnn_reserve_length", [&] {
    Require(rnn != nullptr, "rnn is null");
    Require(out_length != nullptr, "out_length is null");
    RequireSequence(*rnn, steps, batch);
    *out_length = rnn->plan->ReserveLength(steps, batch);
  });
}

nrnn_status nrnn_rnn_forward(nrnn_rnn* rnn, const nrnn_rnn_forward_args* args) {
  return Guard("nrnn_rnn_forward", [&] {
    Require(rnn != nullptr, "rnn is null");
    Require(args != nullptr, "args is null");
    RequireSequence(*rnn, args->steps, args->batch);
    RequireNoCellState(*rnn, "c0", args->c0);
    RequireNoCellState(*rnn, "cn", args->cn);
    const Sizes sizes(*rnn, args->steps, args->batch);
    Arguments buffers(rnn->backend);
    nrnn::RnnForwardArgs call{};
    call.steps = args->steps;
    call.batch = args->batch;
    call.seed = args->seed;
    call.params = buffers.In("params", args->params, sizes.params);
    call.params_version = args->params->storage->version();
    call.x = buffers.In("x", args->x, sizes.x);
    call.lengths = buffers.InInt32OrNull("lengths", args->lengths, args->batch);
    call.h0 = buffers.InOrNull("h0", args->h0, sizes.state);
    call.c0 = buffers.InOrNull("c0", args->c0, sizes.cell);
    call.y = buffers.Out("y", args->y, sizes.y);
    call.hn = buffers.OutOrNull("hn", args->hn, sizes.state);
    call.cn = buffers.OutOrNull("cn", args->cn, sizes.cell);
    call.reserve = buffers.OutOrNull("reserve", args->reserve, sizes.reserve);
    rnn->plan->Forward(call);
  });
}

nrnn_status nrnn_rnn_backward(nrnn_rnn* rnn, const nrnn_rnn_backward_args* args) {
  return Guard("nrnn_rnn_backward", [&] {
    Require(rnn != nullptr, "rnn is null");
    Require(args != nullptr, "args is null");
    RequireSequence(*rnn, args->steps, args->batch);
    RequireNoCellState(*rnn, "c0", args->c0);
    RequireNoCellState(*rnn, "dcn", args->dcn);
    RequireNoCellState(*rnn, "dc0", args->dc0);
    const Sizes sizes(*rnn, args->steps, args->batch);
    Arguments buffers(rnn->backend);
    nrnn::RnnBackwardArgs call{};
    call.steps = args->steps;
    call.batch = args->batch;
    call.seed = args->seed;
    call.params = buffers.In("params", args->params, sizes.params);
    call.params_version = args->params->storage->version();
    call.x = buffers.In("x", args->x, sizes.x);
    call.lengths = buffers.InInt32OrNull("lengths", args->lengths, args->batch);
    call.h0 = buffers.InOrNull("h0", args->h0, sizes.state);
    call.c0 = buffers.InOrNull("c0", args->c0, sizes.cell);
    call.y = buffers.In("y", args->y, sizes.y);
    call.reserve = buffers.Out("reserve", args->reserve, sizes.reserve);
    call.dy = buffers.InOrNull("dy", args->dy, sizes.y);
    call.dhn = buffers.InOrNull("dhn", args->dhn, sizes.state);
    call.dcn = buffers.InOrNull("dcn", args->dcn, sizes.cell);
    call.dx = buffers.OutOrNull("dx", args->dx, sizes.x);
    call.dh0 = buffers.OutOrNull("dh0", args->dh0, sizes.state);
    call.dc0 = buffers.OutOrNull("dc0", args->dc0, sizes.cell);
    call.dparams = buffers.OutOrNull("dparams", args->dparams, sizes.params);
    rnn->plan->Backward(call);
  });
}
