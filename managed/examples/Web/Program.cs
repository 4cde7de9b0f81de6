// A web service that writes text and foretells a series, to many clients at once.
// --model DIR is a language model, such as `nativernn train text` makes; without, a small one learns to count first.
using NativeRnn.Serving;
using NativeRnn.Training;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
string? directory = builder.Configuration["model"];
using MadeModels made = MadeModels.Train(withText: directory is null);

builder.Services.AddNativeRnn()
    .AddTextGenerator("text", directory ?? made.TextDirectory)
    .AddPredictor("wave", made.WavePath, new PredictorOptions { InputShape = [Wave.Steps, 1] });
builder.Services.AddHealthChecks();
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);

WebApplication app = builder.Build();
app.MapHealthChecks("/health");
app.MapGet("/generate", GenerateEndpoint.Handle);
app.MapPost("/predict", PredictEndpoint.Handle);

// Loaded now, so that a model that can't be loaded ends the program, not the first request.
app.Services.GetRequiredService<TextGenerator>();
app.Services.GetRequiredService<Predictor>();
app.Run();
