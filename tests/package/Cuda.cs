// Whether the library with the CUDA kernels is found.
using NativeRnn;

Console.WriteLine(Device.CudaStatus);
Console.WriteLine($"opened: {NativeLibraryInfo.CudaPath}");
