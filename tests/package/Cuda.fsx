// Whether the library with the CUDA kernels is found where each package stays in a folder of its own.
#r "nuget: NativeRnn.Cuda, VERSION"
open NativeRnn

printfn "%s" Device.CudaStatus
printfn "opened: %s" NativeLibraryInfo.CudaPath
