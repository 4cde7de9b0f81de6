using NativeRnn.Serving;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds models of NativeRnn to an application's services.</summary>
public static class NativeRnnServiceCollectionExtensions
{
    /// <summary>Begins to add models: <c>services.AddNativeRnn().AddPredictor("price", "price.safetensors")</c>.</summary>
    /// <param name="services">The application's services.</param>
    /// <returns>What adds them.</returns>
    public static NativeRnnBuilder AddNativeRnn(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return new NativeRnnBuilder(services);
    }
}
