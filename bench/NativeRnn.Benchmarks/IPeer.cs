namespace Benchmarks;

/// <summary>A model in one library; all libraries' models can have the same weights.</summary>
internal interface IPeer : IDisposable
{
    string Name { get; }

    /// <summary>Copies of the weights by PyTorch's names.</summary>
    Dictionary<string, float[]> Weights();

    void Load(IReadOnlyDictionary<string, float[]> weights);
}

/// <summary>Makes the models of the chosen libraries.</summary>
internal static class Peers
{
    /// <returns>NativeRnn's before TorchSharp's, with the same weights.</returns>
    public static T[] Make<T>(Library library, Func<T> nativeRnn, Func<T> torchSharp)
        where T : IPeer
    {
        switch (library)
        {
            case Library.NativeRnn:
                return [nativeRnn()];
            case Library.TorchSharp:
                return [torchSharp()];
            default:
                T first = nativeRnn();
                T second = torchSharp();
                second.Load(first.Weights());
                return [first, second];
        }
    }
}
