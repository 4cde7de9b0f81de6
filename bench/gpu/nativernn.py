"""libnativernn through its C interface, by ctypes. Structs and constants are read from nativernn.h."""

import ctypes
import pathlib
import re

import numpy

HEADER = pathlib.Path(__file__).parents[2] / "native/include/nativernn/nativernn.h"
SCALARS = {"int32_t": ctypes.c_int32, "int64_t": ctypes.c_int64, "float": ctypes.c_float}


def _field(line):
    """("name", ctypes type) of a field as the header declares it."""
    declaration, name, length = re.fullmatch(r"(.*?)(\w+)(?:\[(\d+)\])?;", line).groups()
    base = declaration.strip()
    ctype = ctypes.c_void_p if base.endswith("*") or base.endswith("* const") else SCALARS[base]
    return name, ctype * int(length) if length else ctype


def read_header(path=HEADER):
    """The structs of the header as ctypes classes, and the values of its enums."""
    text = re.sub(r"///?.*", "", path.read_text())
    structs = {}
    for body, name in re.findall(r"typedef struct \w+ \{(.*?)\} (\w+);", text, re.DOTALL):
        fields = [_field(line.strip()) for line in body.splitlines() if line.strip()]
        structs[name] = type(name, (ctypes.Structure,), {"_fields_": fields})
    constants = {name: int(value) for name, value in re.findall(r"(NRNN_\w+) = (\d+)", text)}
    return structs, constants


STRUCTS, CONSTANTS = read_header()


def struct(name, **fields):
    """A filled struct of the header; fields that are not given are 0 or null."""
    return STRUCTS[name](**fields)


class NativeError(RuntimeError):
    """A call that failed, with the library's message."""


class Library:
    """The functions of libnativernn. call("nrnn_...", ...) throws NativeError unless it gives NRNN_OK."""

    def __init__(self, path):
        self._library = ctypes.CDLL(str(path))
        self._library.nrnn_last_error.restype = ctypes.c_char_p

    def call(self, name, *arguments):
        if getattr(self._library, name)(*arguments) != CONSTANTS["NRNN_OK"]:
            raise NativeError(self._library.nrnn_last_error().decode())

    def close(self, name, handle):
        function = getattr(self._library, name)
        function.restype = None
        function(handle)

    def prepared(self, name, *arguments):
        """call(name, *arguments) as a function without arguments that does no more than necessary."""
        function = getattr(self._library, name)

        def run():
            if function(*arguments) != 0:
                raise NativeError(self._library.nrnn_last_error().decode())

        return run


class Handle:
    """Owns an opaque pointer of the library."""

    def __init__(self, library, pointer, close):
        self.library, self.pointer, self._close = library, pointer, close

    def close(self):
        if self.pointer is not None:
            self.library.close(self._close, self.pointer)
            self.pointer = None


class Device(Handle):
    """A GPU that computes in one of nrnn_precision."""

    def __init__(self, library, precision, index=0):
        config = struct("nrnn_device_config", kind=CONSTANTS["NRNN_DEVICE_CUDA"], index=index, precision=precision)
        pointer = ctypes.c_void_p()
        library.call("nrnn_device_open", ctypes.byref(config), ctypes.byref(pointer))
        super().__init__(library, pointer, "nrnn_device_close")

    def properties(self):
        properties = struct("nrnn_device_properties")
        self.library.call("nrnn_device_describe", self.pointer, ctypes.byref(properties))
        return properties

    def synchronize(self):
        self.library.call("nrnn_device_synchronize", self.pointer)


class Buffer(Handle):
    """Floats on a device: zeros, until they are written."""

    def __init__(self, device, length):
        pointer = ctypes.c_void_p()
        dtype = CONSTANTS["NRNN_DTYPE_FLOAT32"]
        device.library.call("nrnn_buffer_create", device.pointer, dtype, ctypes.c_int64(length), ctypes.byref(pointer))
        super().__init__(device.library, pointer, "nrnn_buffer_close")
        self.length = length

    @property
    def address(self):
        """For a struct's field."""
        return self.pointer.value

    def write(self, values):
        values = numpy.ascontiguousarray(values, dtype=numpy.float32).reshape(-1)
        count = ctypes.c_int64(values.size)
        self.library.call(
            "nrnn_buffer_write", self.pointer, ctypes.c_int64(0), ctypes.c_void_p(values.ctypes.data), count
        )

    def read(self):
        values = numpy.empty(self.length, dtype=numpy.float32)
        count = ctypes.c_int64(self.length)
        self.library.call(
            "nrnn_buffer_read", self.pointer, ctypes.c_int64(0), ctypes.c_void_p(values.ctypes.data), count
        )
        return values

    def fill(self, value):
        self.library.call("nrnn_buffer_fill", self.pointer, ctypes.c_float(value))


class Rnn(Handle):
    """A plan."""

    def __init__(self, device, **config):
        pointer = ctypes.c_void_p()
        filled = struct("nrnn_rnn_config", **config)
        device.library.call("nrnn_rnn_create", device.pointer, ctypes.byref(filled), ctypes.byref(pointer))
        super().__init__(device.library, pointer, "nrnn_rnn_close")

    def params_length(self):
        length = ctypes.c_int64()
        self.library.call("nrnn_rnn_params_length", self.pointer, ctypes.byref(length))
        return length.value

    def reserve_length(self, steps, batch):
        length = ctypes.c_int64()
        self.library.call(
            "nrnn_rnn_reserve_length", self.pointer, ctypes.c_int64(steps), ctypes.c_int64(batch), ctypes.byref(length)
        )
        return length.value
