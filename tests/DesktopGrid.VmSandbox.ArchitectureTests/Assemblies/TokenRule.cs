using Mono.Cecil;

namespace DesktopGrid.VmSandbox.ArchitectureTests.Assemblies;

/// <summary>Every asynchronous method that others call takes a token as its last parameter and calls it cancellationToken.</summary>
internal static class TokenRule
{
    private static readonly string[] Asynchronous =
    [
        "System.Threading.Tasks.Task", "System.Threading.Tasks.ValueTask", "System.Collections.Generic.IAsyncEnumerable`1",
    ];

    public static IEnumerable<string> Faults(CompiledAssembly assembly) =>
        from type in assembly.Types
        where IsVisible(type)
        from method in type.Methods
        where (method.IsPublic || method.IsFamily) && !method.IsSpecialName && method.Name != nameof(IAsyncDisposable.DisposeAsync)
        where Asynchronous.Any(name => method.ReturnType.FullName == name || method.ReturnType.GetElementType().FullName.StartsWith(name, StringComparison.Ordinal))
        where method.Parameters is not [.., { Name: "cancellationToken", ParameterType.FullName: "System.Threading.CancellationToken" }]
        select $"{type.FullName}.{method.Name} cannot be cancelled";

    private static bool IsVisible(TypeDefinition type) => type.DeclaringType is { } outer ? type.IsNestedPublic && IsVisible(outer) : type.IsPublic;
}
