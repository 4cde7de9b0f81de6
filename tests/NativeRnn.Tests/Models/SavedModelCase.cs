using NativeRnn.Layers;

namespace NativeRnn.Tests.Models;

/// <summary>A model to be saved, and what to compare of it when it is loaded.</summary>
/// <param name="Name">What it is, for people.</param>
/// <param name="Make">Makes it, built.</param>
/// <param name="Run">Its outputs, all of them.</param>
internal sealed record SavedModelCase(
    string Name, Func<Device, Module> Make, Func<Module, Device, Tensor[]> Run)
{
    public override string ToString() => Name;

    /// <summary>A module that takes numbers of a shape, which also build it.</summary>
    public static SavedModelCase Of(string name, Func<Device, Module> make, params int[] shape) =>
        Of(name, make, device => Layers.Numbers.Tensor(device, 7, shape));

    /// <summary>A module that takes indices of a shape, from 0 to 4.</summary>
    public static SavedModelCase OfIndices(string name, Func<Device, Module> make, params int[] shape) =>
        Of(name, make, device => Indices(device, shape));

    /// <summary>A module whose Forward is called with several tensors.</summary>
    public static SavedModelCase Of<T>(
        string name, Func<Device, T> make, Func<T, Device, Tensor[]> run)
        where T : Module => new(name, make, (module, device) => run((T)module, device));

    public static Tensor Indices(Device device, params int[] shape)
    {
        int count = shape.Aggregate(1, (length, size) => length * size);
        return Tensor.From([.. Enumerable.Range(0, count).Select(index => index * 3 % 5)], shape, device);
    }

    private static SavedModelCase Of(
        string name, Func<Device, Module> make, Func<Device, Tensor> input) => new(
        name,
        device =>
        {
            Module module = make(device);
            module.InEvaluation(() => module.Forward(input(device)));
            module.ResetStates();
            return module;
        },
        (module, device) => [module.Forward(input(device))]);
}
