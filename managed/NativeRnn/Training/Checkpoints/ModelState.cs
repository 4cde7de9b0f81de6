using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>All that a step changes in a model and its optimiser, as copies.</summary>
internal static class ModelState
{
    private const string Weights = "model/";
    private const string Modules = "modules/";
    private const string Moments = "optimizer/";
    private const string Gradients = "gradients/";

    internal static TrainingState Save(Module model, Optimizer optimizer)
    {
        TrainingState state = new();
        foreach ((string name, Tensor tensor) in model.StateDict())
        {
            state.Set(Weights + name, tensor);
        }

        foreach ((string name, Module module) in model.NamedModules())
        {
            TrainingState own = new();
            module.SaveTrainingState(own);
            state.Add($"{Modules}{name}/", own);
        }

        foreach ((string name, Tensor tensor) in optimizer.StateDict())
        {
            state.Set(Moments + name, tensor);
        }

        // Gradients that wait for a step, of a run that adds up those of several batches.
        foreach ((string name, Parameter parameter) in model.NamedParameters())
        {
            if (parameter.Gradient.ToArray().AsSpan().ContainsAnyExcept(0f))
            {
                state.Set(Gradients + name, parameter.Gradient.Clone());
            }
        }

        return state;
    }

    internal static void Load(Module model, Optimizer optimizer, TrainingState state)
    {
        model.LoadStateDict(state.Part(Weights).Tensors);
        foreach ((string name, Module module) in model.NamedModules())
        {
            TrainingState own = state.Part($"{Modules}{name}/");
            if (!own.IsEmpty)
            {
                module.LoadTrainingState(own);
            }
        }

        optimizer.LoadStateDict(state.Part(Moments).Tensors);
        optimizer.ZeroGrad();
        TrainingState gradients = state.Part(Gradients);
        foreach ((string name, Parameter parameter) in model.NamedParameters())
        {
            if (gradients.Contains(name))
            {
                parameter.Gradient.Write(gradients.GetTensor(name));
            }
        }
    }
}
