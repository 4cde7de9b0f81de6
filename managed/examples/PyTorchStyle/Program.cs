// How many steps went up? A module of one's own and an explicit loop, as in PyTorch.
using NativeRnn;
using NativeRnn.Training;

const int BatchSize = 64;
const int BatchesPerEpoch = 25;
Random random = new(1);

LstmModel model = new(inputSize: 1, hiddenSize: 64, numLayers: 2, numClasses: Steps.Classes);
CrossEntropyLoss criterion = new();
Adam optimizer = new(model.Parameters(), learningRate: 5e-3f);

for (int epoch = 1; epoch <= 10; epoch++)
{
    float sum = 0;
    for (int batch = 0; batch < BatchesPerEpoch; batch++)
    {
        (Tensor input, Tensor target) = Steps.Create(BatchSize, random);
        using GradientTape tape = Device.Default.Record();
        Tensor loss = criterion.Evaluate(model.Forward(input), target);
        optimizer.ZeroGrad();
        tape.Backward(loss);
        optimizer.ClipGradientNorm(1);
        optimizer.Step();
        sum += loss.Item();
    }

    Console.WriteLine($"epoch {epoch}: loss {sum / BatchesPerEpoch:F4}");
}
