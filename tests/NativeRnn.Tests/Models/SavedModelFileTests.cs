using System.Diagnostics;
using NativeRnn.Formats;
using NativeRnn.Layers;
using NativeRnn.Models;
using NativeRnn.Tests.Cli;

namespace NativeRnn.Tests.Models;

/// <summary>Files that are not as they should be: with right checksums, so that the settings are what is
/// wrong.</summary>
public sealed class SavedModelFileTests : IDisposable
{
    private const string Weight = "weight [2,3]";

    private readonly TemporaryDirectory _directory = new();
    private readonly Device _device = TestDevice.Open();

    private string ModelPath => _directory.File("model.safetensors");

    public void Dispose()
    {
        _device.Dispose();
        _directory.Dispose();
    }

    public static TheoryData<string, string, string> Hostile() => new()
    {
        { "", "", "not JSON" },
        { "[]", "", "must be a JSON object" },
        { "{", "", "not JSON" },
        { new string('[', 100_000), "", "not JSON" },
        { """{"model":{}}""", "", "'version' is missing" },
        { """{"version":2,"model":{}}""", "", "version 2 is not known" },
        { """{"version":"1","model":{}}""", "", "$.version: it must be an integer" },
        { """{"version":1}""", "", "'model' is missing" },
        { """{"version":1,"version":1,"model":{}}""", "", "not JSON" },
        { """{"version":1,"\ud800":1,"model":{}}""", "", "Json" },
        { Model("[]"), "", "$.model: a module must be a JSON object" },
        { Model("{}"), "", "'kind' is missing" },
        { Model("""{"kind":"Lstn","name":""}"""), "", "'Lstn' is not known" },
        { Model("""{"kind":"\ud800","name":""}"""), "", "not Unicode" },
        { Model("""{"kind":"Dropout"}"""), "", "'name' is missing" },
        { Model("""{"kind":"Dropout","name":"","rate":1.5}"""), "", "rate must be in [0, 1)" },
        { Model("""{"kind":"Dropout","name":"","rate":1e400}"""), "", "$.model.rate: it must be a number" },
        { Model("""{"kind":"Dropout","name":"","rate":"much"}"""), "", "$.model.rate: it must be a number" },
        { Model("""{"kind":"Dropout","name":"","rate":"\ud800"}"""), "", "not Unicode" },
        { Model("""{"kind":"Dropout","name":"","rate":0.5,"more":1}"""), "", "'more' is not known" },
        { Model("""{"kind":"Dropout","name":"","rate":0.5}"""), Weight, "unexpected: weight" },
        { Model("""{"same":"0"}"""), "", "the same as '0'" },
        { Linear(3, 2, true), Weight, "missing: bias" },
        { Linear(3, 2, false), "weight [3,2]", "'weight' [2, 3], the file has F32 [3, 2]" },
        { Linear(65536, 65536, false), Weight, "'weight' [65536, 65536]" },
        { Linear(-3, -2, false), Weight, "inputSize: it must be 1 to" },
        { Linear(3, 2, false)[..^1] + ""","weights":{"none":{}}}""", Weight, "no weights 'none'" },
        {
            Linear(3, 2, false)[..^1] +
            ""","weights":{"weight":{"constraint":{"kind":"MaxNorm","max":-1}}}}""", Weight,
            "max must be above 0"
        },
        {
            Linear(3, 2, false)[..^1] +
            ""","weights":{"weight":{"regularizer":{"kind":"L3","l1":0,"l2":0}}}}""", Weight,
            "'L3' is not known"
        },
        { Linear(3, 2, false)[..^1] + ""","weights":{"weight":{"more":1}}}""", Weight, "'more' is not known" },
        {
            Of("Embedding", """ "vocabulary":2147483647,"dimension":3,"maskZero":false """),
            Weight, "[2147483647, 3]"
        },
        {
            Of("PositionalEncoding", """ "embedDim":65536,"maxLength":65536,"dropout":0,"learned":true """),
            Weight, "[65536, 65536]"
        },
        {
            Of("MultiHeadAttention", """ "embedDim":60000,"heads":1,"dropout":0,"bias":true """),
            Weight, "in_proj_weight"
        },
        { Model("""{"kind":"Permute","name":"","axes":[1,1]}"""), "", "axes are" },
        { Model("""{"kind":"Reshape","name":"","targetShape":[1.5]}"""), "", "an array of integers" },
        { Model("""{"kind":"ActivationLayer","name":"","activation":"7"}"""), "", "one of None, Relu" },
        {
            Of("TimeDistributed", """ "module":{"kind":"Flatten","name":"","startAxis":1} """),
            "", "two modules are named ''"
        },
        {
            Of("TransformerEncoder", """ "layers":[{"kind":"Flatten","name":"0","startAxis":1}] """),
            "", "$.model.layers[0]: it is a Flatten, not a TransformerEncoderLayer"
        },
        { Model("""{"kind":"TransformerEncoder","name":"","layers":[]}"""), "", "one or more" },
        { Of("Sequential", """ "layers":[],"outputShapes":[[1]] """), "", "0 layers have 1" },
        {
            Of("Bidirectional", """
                "forward":{"kind":"Flatten","name":"a","startAxis":1},"backward":{"same":"a"},"mergeMode":"Sum"
                """),
            "", "another module"
        },
        {
            Of("Rnn", """ "cell":{"kind":"Flatten","name":"cell","startAxis":1} """),
            "", "not a RecurrentCell"
        },
        {
            Of("Sequential", """ "layers":[{"same":""}],"outputShapes":[null] """),
            "", "does not stand before"
        },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Load_OfHostileSettings_SaysWhatIsWrong(string config, string tensor, string message)
    {
        Write(config, tensor);

        ModelFormatException exception = Assert.Throws<ModelFormatException>(
            () => SavedModel.Load(ModelPath, _device));

        Assert.Contains(message, exception.Message, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith(ModelPath, exception.Message, StringComparison.Ordinal);
    }

    // Each setting of each kind: missing, another type, another number.
    [Fact]
    public void Load_OfAnySettingChanged_GivesAModelOrSaysWhatIsWrong()
    {
        string[] values =
        [
            "null", "-1", "0", "2", "65536", "2147483647", "4611686018427387904", "0.5", "true", "\"x\"", "[]", "{}",
        ];
        int refused = 0, tried = 0;
        foreach (SavedModelCase found in SavedModelCases.All.Where(found => !found.Name.Contains(
            "options", StringComparison.Ordinal)))
        {
            Module module = found.Make(_device);
            string config = ModelWriter.Write(module);
            Dictionary<string, Tensor> state = module.StateDict();
            foreach (string setting in SettingsOf(config).Distinct())
            {
                string value = values[tried++ % values.Length];
                string changed = setting[..(setting.IndexOf(':') + 1)] + value;
                Write(config.Replace(setting, changed, StringComparison.Ordinal), state);
                refused += LoadsOrIsRefused() ? 0 : 1;
            }
        }

        Assert.True(tried > 200 && refused > tried / 2, $"{refused} of {tried} were refused");
    }

    [Fact]
    public void Load_OfASizeWithoutWeights_IsQuickAndSmall()
    {
        Write(
            Of("PositionalEncoding", """ "embedDim":65536,"maxLength":32767,"dropout":0,"learned":false """),
            string.Empty);
        long before = GC.GetTotalAllocatedBytes();
        Stopwatch watch = Stopwatch.StartNew();

        Module module = SavedModel.Load(ModelPath, _device);

        Assert.Equal(0, module.ParameterCount);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 10_000_000);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 1);
    }

    private static string Model(string module) => $$"""{"version":1,"model":{{module}}}""";

    private static string Of(string kind, string settings) =>
        Model($$"""{"kind":"{{kind}}","name":"",{{settings}}}""");

    private static string Linear(int inputs, int outputs, bool bias)
    {
        string has = bias ? "true" : "false";
        return Of("Linear", $$""" "inputSize":{{inputs}},"outputSize":{{outputs}},"bias":{{has}} """);
    }

    // "name":number, "name":"text" and "name":true of a JSON text without spaces.
    private static IEnumerable<string> SettingsOf(string config) =>
        from part in config.Split(',', '{', '}', '[', ']')
        where part.Contains("\":", StringComparison.Ordinal) && !part.EndsWith(':')
        select part;

    private bool LoadsOrIsRefused()
    {
        try
        {
            SavedModel.Load(ModelPath, _device);
            return true;
        }
        catch (ModelFormatException)
        {
            return false;
        }
    }

    private void Write(string config, string tensor)
    {
        Dictionary<string, Tensor> state = [];
        if (tensor.Length > 0)
        {
            string[] parts = tensor.Split(' ');
            int[] shape = [.. parts[1].Trim('[', ']').Split(',').Select(int.Parse)];
            state.Add(parts[0], Tensor.Zeros(shape, _device));
        }

        Write(config, state);
    }

    private void Write(string config, Dictionary<string, Tensor> state) => Safetensors.Save(
        ModelPath, state, new Dictionary<string, string> { [SavedModel.MetadataName] = config });
}
