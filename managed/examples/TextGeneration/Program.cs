// What comes next, character by character: an LSTM learns a text, then writes on.
// Run it with a UTF-8 file, such as tinyshakespeare; without, it learns to count from text that it makes.
using NativeRnn.Data;
using NativeRnn.Layers;
using NativeRnn.Training;

bool isMade = args.Length == 0;
string text = isMade ? CountingText.Create(lines: 400, seed: 1) : File.ReadAllText(args[0]);
CharVocabulary vocabulary = CharVocabulary.FromText(text);
ReadOnlyMemory<int> characters = vocabulary.Encode(text);
ReadOnlyMemory<int> training = characters[..(characters.Length * 9 / 10)];
ReadOnlyMemory<int> validation = characters[training.Length..];
Console.WriteLine($"{text.Length} {(isMade ? "made " : "")}characters, {vocabulary.Count} distinct");

LanguageModel model = new(new LanguageModelOptions
{
    Vocabulary = vocabulary.Count,
    Embedding = 32,
    Hidden = isMade ? 128 : 512,
    Layers = 1,
    Dropout = 0.2f,
});
LanguageModelTrainer trainer = new(model, new LanguageModelTrainingOptions
{
    Epochs = 10,
    Batch = isMade ? 8 : 32,
    Sequence = 64,
    LearningRate = 5e-3f,
});
LanguageModelTrainingResult result = trainer.Train(training, validation);
foreach (LanguageModelEpoch epoch in result.Curve)
{
    Console.WriteLine($"epoch {epoch.Epoch}: loss {epoch.TrainLoss:F4}, validation {epoch.ValidationLoss:F4} nats a character");
}

// Weights of one byte: a character needs each of them once, so the smaller they are the faster it is written.
using TextGenerator generator = new(model, vocabulary, WeightStorage.Int8);
string prompt = isMade ? "seventy eight, seventy nine," : "";
GenerationOptions options = new() { Length = 200, Temperature = 0.5f, TopK = 20, TopP = 0.95f };
Console.WriteLine(prompt + generator.Generate(prompt, options));
