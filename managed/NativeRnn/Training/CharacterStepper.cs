using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Feeds a language model one character at a time and keeps its state. Nothing is dropped, whether
/// the model is in training or not.
/// </summary>
internal sealed class CharacterStepper
{
    private readonly LanguageModel _model;
    private readonly CarriedState _state;
    private readonly Tensor _input;
    private readonly int[] _character = new int[1];
    private readonly float[] _logits;

    internal CharacterStepper(LanguageModel model)
    {
        _model = model;
        _state = new CarriedState(model.ZeroState(1));
        _input = Tensor.NewOwned([1, 1], model.Device, DType.Int32);
        _logits = new float[model.Options.Vocabulary];
    }

    /// <summary>Reads a character; gives the logits of the next, valid until the next step.</summary>
    internal float[] Step(int character)
    {
        bool training = _model.Training;
        if (training)
        {
            _model.SetTraining(false);
        }

        try
        {
            Read(character);
        }
        finally
        {
            if (training)
            {
                _model.SetTraining(true);
            }
        }

        return _logits;
    }

    private void Read(int character)
    {
        _character[0] = character;
        _input.Write(_character);
        using GradientTape tape = _model.Device.Record(gradients: false);
        (Tensor logits, RecurrentState next) = _model.Forward(_input, _state.Value);
        logits.CopyTo(_logits);
        _state.Take(next);
    }
}
