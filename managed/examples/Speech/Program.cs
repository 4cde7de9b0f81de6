// Which digits does somebody say? An LSTM in both directions reads the sound and CTC finds where the digits are:
// it is told only which ones were said, not when.
// Run it with a directory of digit_speaker_index.wav, such as the Free Spoken Digit Dataset; without, it makes sounds.
using NativeRnn;
using NativeRnn.Data;
using NativeRnn.Layers;
using NativeRnn.Training;

const int Blank = SpeechData.Labels;
const int Epochs = 12;

Recording[] recordings = args.Length > 0 ? SpeechData.Read(args[0]) : MadeSounds.Create(each: 30, seed: 1);
SpeechSplit split = SpeechData.Split(recordings);
SpokenString[] test = SpokenString.Join(split.Test, 100, seed: 3);
SpeechFeatures features = new(stack: 3);
Dataset training = features
    .ToDataset(SpokenString.Join(split.Training, args.Length > 0 ? 2000 : 300, seed: 1), batch: 8).Shuffle();
Dataset validation = features.ToDataset(SpokenString.Join(split.Validation, 100, seed: 2), batch: 100);
Console.WriteLine($"{recordings.Length} {(args.Length > 0 ? "recordings" : "made sounds")}, joined to strings of 3 to 7");

Sequential model = new()
{
    new Dropout(0.1f),
    new Lstm(64, returnSequences: true, bidirectional: true),
    new Dropout(0.3f),
    new Lstm(64, returnSequences: true, bidirectional: true),
    new Dropout(0.3f),
    new Dense(SpeechData.Labels + 1),
};
model.Compile(
    new CtcLoss(Blank), new AdamW { Schedule = new CosineSchedule(4e-3f, Epochs * training.BatchCount, warmUp: 0.05) });
model.Fit(training, Epochs, new FitOptions
{
    ValidationDataset = validation,
    ClipNorm = 5,
    Callbacks = [new EarlyStopping(patience: 5, restoreBestWeights: true), new ProgressBar()],
});

WordErrorRate errors = new();
CtcDecoder decoder = new(Blank);
foreach (SpokenString spoken in test)
{
    CtcHypothesis best = decoder.PrefixBeam(Listen(spoken.Sound))[0][0];
    errors.Update([.. best.Labels], spoken.Labels);
}

Console.WriteLine($"test: {test.Length} strings, word error rate {errors.Result:F4}; of saying nothing {1:F4}");

Tensor scores = Listen(test[0].Sound);
IReadOnlyList<int> heard = decoder.PrefixBeam(scores)[0][0].Labels;
Console.WriteLine($"said {string.Join(' ', test[0].Labels)}, heard {string.Join(' ', heard)}:");
foreach (CtcSegment segment in decoder.Align(scores, [heard])[0])
{
    double start = segment.Start * features.SecondsPerStep, end = segment.End * features.SecondsPerStep;
    Console.WriteLine($"{segment.Label} at {start:F2} to {end:F2} s, probability {segment.Probability:F3}");
}

// The scores of the classes at each step, [1,T,11].
Tensor Listen(Waveform sound)
{
    float[,] steps = features.Of(sound);
    return model.Predict(Tensor.From([.. steps.Cast<float>()], [1, steps.GetLength(0), features.Count]));
}
