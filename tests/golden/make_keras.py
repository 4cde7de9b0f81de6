#!/usr/bin/env python3
"""Writes tests/golden/keras: model files in the layouts of Keras 1, 2 and 3, and what the models give.

Needs numpy and h5py, no Keras: the layouts are those that Keras documents and its sources write, and the outputs
are computed here in float64 from Keras' equations.
"""

import io
import json
import pathlib
import zipfile

import h5py
import numpy as np

OUT = pathlib.Path(__file__).parent / "keras"
RNG = np.random.default_rng(6)

# ---- Equations


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def softmax(a):
    e = np.exp(a - a.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def activation(name, version):
    slope = 1 / 6 if version >= 3 else 0.2
    return {
        "linear": lambda a: a,
        "tanh": np.tanh,
        "sigmoid": sigmoid,
        "relu": lambda a: np.maximum(a, 0),
        "softsign": lambda a: a / (1 + np.abs(a)),
        "elu": lambda a: np.where(a > 0, a, np.exp(np.minimum(a, 0)) - 1),
        "softplus": lambda a: np.log1p(np.exp(a)),
        "hard_sigmoid": lambda a: np.clip(slope * a + 0.5, 0, 1),
        "softmax": softmax,
    }[name]


def cell(layer, version):
    """A function of x, h and c that gives the next h and c."""
    kind, units = layer["kind"], layer["units"]
    kernel, recurrent = layer["weights"][:2]
    bias = layer["weights"][2] if layer["use_bias"] else np.zeros(kernel.shape[1])
    act = activation(layer["activation"], version)
    gate = activation(layer.get("recurrent_activation", "sigmoid"), version)

    def parts(a):
        return [a[k * units:(k + 1) * units] for k in range(len(a) // units)]

    def lstm(x, h, c):
        i, f, g, o = parts(x @ kernel + h @ recurrent + bias)
        c = gate(f) * c + gate(i) * act(g)
        return gate(o) * act(c), c

    def gru(x, h, c):
        after = layer["reset_after"]
        first, second = bias if after and layer["use_bias"] else (bias, np.zeros(3 * units))
        xz, xr, xh = parts(x @ kernel + first)
        rz, rr, rh = parts(h @ recurrent + second)
        z, r = gate(xz + rz), gate(xr + rr)
        n = act(xh + (r * rh if after else (r * h) @ recurrent[:, 2 * units:]))
        return z * h + (1 - z) * n, c

    def simple(x, h, c):
        return act(x @ kernel + h @ recurrent + bias), c

    return {"LSTM": lstm, "GRU": gru, "SimpleRNN": simple}[kind]


def run(layer, x, mask, version, backwards):
    """All outputs in the order in which they come, and the last one."""
    step = cell(layer, version)
    h, c = np.zeros(layer["units"]), np.zeros(layer["units"])
    order = range(len(x))[::-1] if backwards else range(len(x))
    outputs, last = [], np.zeros(layer["units"])
    for t in order:
        if mask is None or mask[t]:
            h, c = step(x[t], h, c)
            last = h
        outputs.append(last)
    return np.array(outputs), last


def forward(layer, x, mask, version):
    """One row through a layer: the output and the mask for what follows."""
    kind = layer["kind"]
    if kind in ("LSTM", "GRU", "SimpleRNN"):
        outputs, last = run(layer, x, mask, version, layer["go_backwards"])
        return (outputs, mask) if layer["return_sequences"] else (last, None)
    if kind == "Bidirectional":
        ahead, back = layer["layer"], layer["backward"]
        (y, last), (z, first) = run(ahead, x, mask, version, False), run(back, x, mask, version, True)
        a, b = (y, z[::-1]) if ahead["return_sequences"] else (last, first)
        merged = {
            "concat": lambda: np.concatenate([a, b], -1), "sum": lambda: a + b,
            "mul": lambda: a * b, "ave": lambda: (a + b) / 2,
        }[layer["merge_mode"]]()
        return merged, mask if ahead["return_sequences"] else None
    if kind == "TimeDistributed":
        return np.array([forward(layer["layer"], step, None, version)[0] for step in x]), mask
    if kind == "Embedding":
        indices = x.astype(int)
        return layer["weights"][0][indices], indices != 0 if layer["mask_zero"] else None
    if kind == "Masking":
        keep = np.any(x != layer["mask_value"], -1)
        return x * keep[:, None], keep
    if kind == "Dense":
        y = x @ layer["weights"][0] + (layer["weights"][1] if layer["use_bias"] else 0)
        return activation(layer["activation"], version)(y), mask
    if kind == "LayerNormalization":
        y = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + layer["epsilon"])
        weights = iter(layer["weights"])
        y = y * next(weights) if layer["scale"] else y
        return y + next(weights) if layer["center"] else y, mask
    if kind == "Activation":
        return activation(layer["activation"], version)(x), mask
    return x, mask  # Dropout, InputLayer


def predict(layers, rows, version):
    results = []
    for x in rows:
        mask = None
        for layer in layers:
            x, mask = forward(layer, x, mask, version)
        results.append(x)
    return np.array(results)


# ---- Layers with random weights, float32 numbers as doubles


def weights(*shape):
    return (RNG.standard_normal(shape) * 0.6).astype(np.float32).astype(np.float64)


def recurrent(kind, inputs, units, **settings):
    layer = dict(
        kind=kind, units=units, activation="tanh", use_bias=True, return_sequences=False, return_state=False,
        go_backwards=False, stateful=False, unroll=False, dropout=0.0, recurrent_dropout=0.0)
    if kind != "SimpleRNN":
        layer["recurrent_activation"] = "sigmoid"
    if kind == "GRU":
        layer["reset_after"] = True
    layer.update(settings)
    columns = units * {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}[kind]
    layer["weights"] = [weights(inputs, columns), weights(units, columns)]
    if layer["use_bias"]:
        layer["weights"].append(weights(2, columns) if layer.get("reset_after") else weights(columns))
    return layer


def bidirectional(kind, inputs, units, merge_mode, **settings):
    return dict(
        kind="Bidirectional", merge_mode=merge_mode, layer=recurrent(kind, inputs, units, **settings),
        backward=recurrent(kind, inputs, units, **settings))


def dense(inputs, units, activation="linear", use_bias=True):
    kept = [weights(inputs, units)] + ([weights(units)] if use_bias else [])
    return dict(kind="Dense", units=units, activation=activation, use_bias=use_bias, weights=kept)


def normalization(size, scale=True, center=True, epsilon=1e-3, axis=-1):
    kept = [weights(size) + 1 for on in (scale, center) if on]
    return dict(kind="LayerNormalization", axis=axis, epsilon=epsilon, scale=scale, center=center, weights=kept)


def embedding(vocabulary, size, mask_zero):
    return dict(
        kind="Embedding", input_dim=vocabulary, output_dim=size, mask_zero=mask_zero, input_length=None,
        weights=[weights(vocabulary, size)])


def distributed(layer):
    return dict(kind="TimeDistributed", layer=layer)


def simple(kind, **settings):
    return dict(kind=kind, **settings)


# ---- Configurations


def snake(kind):
    return {
        "LSTM": "lstm", "GRU": "gru", "SimpleRNN": "simple_rnn", "TimeDistributed": "time_distributed",
        "LayerNormalization": "layer_normalization", "InputLayer": "input_layer",
    }.get(kind, kind.lower())


def name_layers(layers):
    seen = {}
    for layer in layers:
        base = snake(layer["kind"])
        seen[base] = seen.get(base, 0) + 1
        layer["name"] = f"{base}_{seen[base]}"


def config_of(layer, version, name=None):
    kind = layer["kind"]
    config = {"name": name or layer["name"], "trainable": True}
    for key, value in layer.items():
        if key not in ("kind", "weights", "name", "layer", "backward"):
            config[key] = value
    if "layer" in layer:
        config["layer"] = config_of(layer["layer"], version, f"inner_{snake(layer['layer']['kind'])}")
    if kind == "Bidirectional" and version >= 3:
        back = config_of(layer["backward"], version, "backward_inner")
        back["config"]["go_backwards"] = True
        config["backward_layer"] = back
    if version >= 3:
        if kind in ("Activation", "Dense") and config["activation"] == "softplus":
            config["activation"] = {
                "module": "builtins", "class_name": "function", "config": "softplus", "registered_name": "function"}
        config["dtype"] = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"},
                           "registered_name": None}
        return {"module": "keras.layers", "class_name": kind, "config": config, "registered_name": None,
                "build_config": {"input_shape": [None, 4, 3]}}
    config["dtype"] = "float32"
    if kind in ("LSTM", "GRU", "SimpleRNN", "Dense"):
        config["kernel_initializer"] = {"class_name": "GlorotUniform", "config": {"seed": None}}
        config["kernel_regularizer"] = None
    return {"class_name": kind, "config": config}


def sequential(layers, version, shape):
    configs = [config_of(layer, version) for layer in layers]
    if version >= 3:
        entry = {"module": "keras.layers", "class_name": "InputLayer", "registered_name": None, "config": {
            "batch_shape": [None] + list(shape), "dtype": "float32", "sparse": False, "name": "input_layer"}}
        return {"module": "keras", "class_name": "Sequential", "registered_name": None, "config": {
            "name": "sequential", "trainable": True, "layers": [entry] + configs,
            "build_input_shape": [None] + list(shape)}}
    configs[0]["config"]["batch_input_shape"] = [None] + list(shape)
    return {"class_name": "Sequential", "config": configs}


def functional(layers, version, shape):
    entry_config = {"name": "input_1", "dtype": "float32", "sparse": False}
    entry_config["batch_shape" if version >= 3 else "batch_input_shape"] = [None] + list(shape)
    before = "input_1"
    nodes = [{"class_name": "InputLayer", "config": entry_config, "name": before, "inbound_nodes": []}]
    for layer in layers:
        node = config_of(layer, version)
        node["name"] = layer["name"]
        node["inbound_nodes"] = [[[before, 0, 0, {}]]] if version < 3 else [{"args": [{
            "class_name": "__keras_tensor__",
            "config": {"shape": [None, 4, 3], "dtype": "float32", "keras_history": [before, 0, 0]}}],
            "kwargs": {"mask": None, "training": False}}]
        before = layer["name"]
        nodes.append(node)
    config = {"name": "model_1", "layers": nodes[::-1], "input_layers": [["input_1", 0, 0]],
              "output_layers": [[before, 0, 0]]}
    return {"class_name": "Functional" if version >= 3 else "Model", "config": config}


# ---- Files


def listed(layer):
    """Arrays with names as in Keras 2: of a layer, or of what it wraps."""
    if layer["kind"] == "Bidirectional":
        ways = (("forward", layer["layer"]), ("backward", layer["backward"]))
        return [(f"{way}_{name}", array) for way, inner in ways for name, array in listed(inner)]
    if layer["kind"] == "TimeDistributed":
        return listed(layer["layer"])
    names = {
        "Embedding": ["embeddings"],
        "LayerNormalization": [name for name, on in (("gamma", "scale"), ("beta", "center")) if layer.get(on)],
        "Dense": ["kernel", "bias"],
    }.get(layer["kind"], ["kernel", "recurrent_kernel", "bias"])
    return list(zip(names, layer.get("weights", [])))


def write_named(group, layers, version, dtype="f4"):
    """layer_names and weight_names, as save_weights_to_hdf5_group."""
    group.attrs["layer_names"] = [layer["name"].encode() for layer in layers]
    group.attrs["backend"] = b"tensorflow"
    group.attrs["keras_version"] = version.encode()
    for layer in layers:
        part = group.create_group(layer["name"])
        arrays = layer.get("listed") or listed(layer)
        names = [f"{layer['name']}/{name}:0" for name, _ in arrays]
        part.attrs["weight_names"] = [name.encode() for name in names]
        for name, (_, array) in zip(names, arrays):
            part.create_dataset(name, data=array.astype(dtype))


def write_h5(name, config, layers, version, dtype="f4"):
    with h5py.File(OUT / name, "w") as file:
        file.attrs["keras_version"] = version.encode()
        file.attrs["backend"] = b"tensorflow"
        file.attrs["model_config"] = json.dumps(config).encode()
        write_named(file.create_group("model_weights"), layers, version, dtype)
        file.create_group("optimizer_weights")


def write_weights_h5(name, layers, version):
    with h5py.File(OUT / name, "w") as file:
        write_named(file, layers, version)


def save_vars(group, arrays):
    part = group.create_group("vars")
    for index, array in enumerate(arrays):
        part[str(index)] = array.astype("f4")


def save_layer(group, layer):
    """A layer's own variables and those of what it holds, as Keras 3's saving_lib."""
    kind = layer["kind"]
    if kind in ("LSTM", "GRU", "SimpleRNN"):
        save_vars(group, [])
        save_vars(group.create_group("cell"), layer["weights"])
    elif kind == "Bidirectional":
        save_vars(group, [])
        save_layer(group.create_group("forward_layer"), layer["layer"])
        save_layer(group.create_group("backward_layer"), layer["backward"])
    elif kind == "TimeDistributed":
        save_vars(group, [])
        save_layer(group.create_group("layer"), layer["layer"])
    else:
        save_vars(group, layer.get("weights", []))


def write_numbered(target, layers):
    with h5py.File(target, "w") as file:
        group, seen = file.create_group("layers"), {}
        for layer in layers:
            base = snake(layer["kind"])
            seen[base] = seen.get(base, -1) + 1
            save_layer(group.create_group(base if seen[base] == 0 else f"{base}_{seen[base]}"), layer)
        save_vars(file, [])


def write_keras(name, config, layers, version="3.3.3"):
    held = io.BytesIO()
    write_numbered(held, layers)
    with zipfile.ZipFile(OUT / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in (
                ("metadata.json", json.dumps({"keras_version": version, "date_saved": "2024-01-01@00:00:00"})),
                ("config.json", json.dumps(config)), ("model.weights.h5", held.getvalue())):
            archive.writestr(zipfile.ZipInfo(entry, (2024, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


CASES = []


def case(name, layers, rows, version):
    CASES.append({
        "file": name, "ints": rows.dtype.kind == "i", "inputShape": rows.shape, "input": rows.ravel().tolist(),
        "outputShape": None, "output": None})
    result = predict(layers, rows.astype(np.float64), version)
    CASES[-1].update(outputShape=result.shape, output=result.ravel().tolist())


def all_layouts(name, layers, rows, weights_only=False):
    """One model as Keras 2 and as Keras 3 write it."""
    name_layers(layers)
    shape = rows.shape[1:]
    write_h5(f"{name}.h5", sequential(layers, 2, shape), layers, "2.4.0")
    case(f"{name}.h5", layers, rows, 2)
    write_keras(f"{name}.keras", sequential(layers, 3, shape), layers)
    case(f"{name}.keras", layers, rows, 3)
    if weights_only:
        write_numbered(OUT / f"{name}.weights.h5", layers)


def floats(*shape):
    return (RNG.standard_normal(shape) * 2).astype(np.float32)


def main():
    OUT.mkdir(exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()

    text = RNG.integers(1, 9, (3, 6))
    text[0, 4:], text[1, 1] = 0, 0
    all_layouts("text", [
        embedding(9, 4, True),
        simple("Dropout", rate=0.3, noise_shape=None, seed=None),
        bidirectional("LSTM", 4, 3, "concat", return_sequences=True, recurrent_activation="hard_sigmoid"),
        normalization(6, axis=[2]),
        distributed(dense(6, 5, "tanh")),
        recurrent("GRU", 5, 4, dropout=0.1, recurrent_dropout=0.2),
        dense(4, 3, "softmax"),
    ], text, weights_only=True)

    x = floats(2, 5, 3)
    masked = floats(2, 5, 3)
    masked[0, 2:4], masked[1, 4:] = -1, -1
    all_layouts("directions", [
        simple("Masking", mask_value=-1.0),
        bidirectional("GRU", 3, 4, "sum", return_sequences=True),
        bidirectional("SimpleRNN", 4, 3, "mul", return_sequences=True, activation="relu"),
        bidirectional("LSTM", 3, 2, "ave", activation="softsign"),
        dense(2, 2),
    ], masked)
    all_layouts("options", [
        recurrent("LSTM", 3, 4, return_sequences=True, go_backwards=True, use_bias=False, unroll=True),
        recurrent("GRU", 4, 3, return_sequences=True, reset_after=False, recurrent_activation="hard_sigmoid",
                  activation="elu"),
        normalization(3, scale=False),
        recurrent("SimpleRNN", 3, 3, return_sequences=True, activation="linear", stateful=True),
        normalization(3, center=False, epsilon=0.01),
        recurrent("GRU", 3, 3, return_sequences=True, use_bias=False),
        simple("Activation", activation="softplus"),
        distributed(dense(3, 2, "relu", use_bias=False)),
    ], x)

    # Standalone Keras 2.1: settings that its GRU has not are left out.
    old = [
        recurrent("GRU", 1, 6, return_sequences=True, reset_after=False, recurrent_activation="hard_sigmoid"),
        recurrent("GRU", 6, 6, reset_after=False, recurrent_activation="hard_sigmoid"),
        simple("Dropout", rate=0.2, noise_shape=None, seed=None),
        dense(6, 1, "sigmoid"),
    ]
    name_layers(old)
    config = sequential(old, 2, (12, 1))
    for layer in config["config"][:2]:
        del layer["config"]["reset_after"], layer["config"]["recurrent_activation"]
    series = floats(4, 12, 1)
    write_h5("gru-2.1.h5", config, old, "2.1.3")
    case("gru-2.1.h5", old, series, 2)
    write_weights_h5("gru-2.1-weights.h5", old, "2.1.3")
    forecast(old)

    chain = [recurrent("LSTM", 3, 4), dense(4, 2, "tanh")]
    name_layers(chain)
    write_h5("chain.h5", functional(chain, 2, (5, 3)), chain, "2.2.4-tf", dtype="f8")
    case("chain.h5", chain, x, 2)
    write_keras("chain.keras", functional(chain, 3, (5, 3)), chain)
    case("chain.keras", chain, x, 3)
    write_h5("chain-3.h5", sequential(chain, 3, (5, 3)), chain, "3.3.3", dtype="f2")
    rounded = [dict(layer, weights=[array.astype("f2").astype(float) for array in layer["weights"]]) for layer in chain]
    case("chain-3.h5", rounded, x, 3)

    keras1(x)
    cudnn(x)
    (OUT / "cases.json").write_text(json.dumps(CASES, separators=(",", ":")).replace('{"file"', '\n{"file"') + "\n")


def forecast(layers, lags=12):
    """A column of two CSV files, and how well a model foretells the second one's."""
    columns = {}
    for name, count in (("train", 90), ("test", 70)):
        t = np.arange(count)
        columns[name] = np.maximum(0, np.round(40 + 45 * np.sin(t / 7) + 9 * RNG.standard_normal(count)))
        rows = [f'"day {step // 24}, {step % 24}:00",{value:.0f},100' for step, value in zip(t, columns[name])]
        (OUT / f"{name}.csv").write_text("\ufefftime,\"Flow (Veh/Hour)\",observed\n" + "\n".join(rows) + "\n")
    low, high = columns["train"].min(), columns["train"].max()
    scaled = ((columns["test"] - low) / (high - low)).astype(np.float32).astype(np.float64)
    windows = np.lib.stride_tricks.sliding_window_view(scaled, lags)[:-1, :, None]
    said = predict(layers, windows, 2)[:, 0] * (high - low) + low
    came = columns["test"][lags:]
    error = said - came
    there = came != 0
    (OUT / "forecast.json").write_text(json.dumps({
        "windows": len(came), "mae": np.abs(error).mean(), "mse": (error ** 2).mean(),
        "rmse": np.sqrt((error ** 2).mean()), "mape": 100 * (np.abs(error[there]) / came[there]).mean(),
        "r2": 1 - (error ** 2).sum() / ((came - came.mean()) ** 2).sum()}) + "\n")


def keras1(x):
    """Gates in arrays of their own, and other names of settings."""
    layers = [
        recurrent("LSTM", 3, 4, return_sequences=True, recurrent_activation="hard_sigmoid"),
        recurrent("GRU", 4, 3, reset_after=False, recurrent_activation="hard_sigmoid"),
        simple("Dropout", rate=0.5),
        dense(3, 2),
    ]
    name_layers(layers)
    config = sequential(layers, 2, x.shape[1:])
    renamed = {"units": "output_dim", "recurrent_activation": "inner_activation", "dropout": "dropout_W",
               "recurrent_dropout": "dropout_U", "rate": "p"}
    for layer in config["config"]:
        settings = layer["config"]
        layer["config"] = {renamed.get(key, key): value for key, value in settings.items()}
        if layer["class_name"] == "Dense":
            layer["config"]["bias"] = layer["config"].pop("use_bias")
        else:
            layer["config"].pop("use_bias", None)
        layer["config"].pop("reset_after", None)
    for layer, order in ((layers[0], "icfo"), (layers[1], "zrh")):
        stored = "ifco" if order == "icfo" else order
        kernel, inner, bias = (np.split(array, len(stored), -1) for array in layer["weights"])
        layer["listed"] = [
            (f"{kind}_{gate}", arrays[stored.index(gate)])
            for gate in order for kind, arrays in (("W", kernel), ("U", inner), ("b", bias))]
    write_h5("keras-1.h5", config, layers, "1.2.2")
    case("keras-1.h5", layers, x, 2)


def cudnn(x):
    """Keras 2's layers for GPUs: kernels in cuDNN's layout, two biases."""
    layers = [recurrent("LSTM", 3, 4, return_sequences=True), recurrent("GRU", 4, 3)]
    name_layers(layers)
    config = sequential(layers, 2, x.shape[1:])
    for layer, entry in zip(layers, config["config"]):
        entry["class_name"] = "CuDNN" + entry["class_name"]
        for key in ("activation", "recurrent_activation", "use_bias", "reset_after", "unroll", "dropout",
                    "recurrent_dropout"):
            entry["config"].pop(key, None)
        gates = layer["weights"][0].shape[1] // layer["units"]
        kernel, inner, bias = layer["weights"]
        # cuDNN reads a gate's kernel [I,H] as rows [H,I].
        packed = np.hstack([k.T.reshape(k.shape) for k in np.hsplit(kernel, gates)])
        turned = np.hstack([k.T for k in np.hsplit(inner, gates)])
        if layer["kind"] == "LSTM":
            half = weights(bias.size)
            both = np.concatenate([half, (bias - half).astype(np.float32).astype(float)])
        else:
            both = bias.ravel()
        layer["listed"] = [("kernel", packed), ("recurrent_kernel", turned), ("bias", both)]
    write_h5("cudnn.h5", config, layers, "2.2.4")
    case("cudnn.h5", layers, x, 2)


if __name__ == "__main__":
    main()
