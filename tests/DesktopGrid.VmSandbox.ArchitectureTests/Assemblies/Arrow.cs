namespace DesktopGrid.VmSandbox.ArchitectureTests.Assemblies;

/// <summary>One namespace names a type of another.</summary>
/// <param name="From">The namespace that names.</param>
/// <param name="To">The namespace that is named.</param>
/// <param name="Evidence">Who names whom.</param>
internal sealed record Arrow(string From, string To, string Evidence)
{
    /// <summary>The arrows between the namespaces below a prefix, each once.</summary>
    public static IReadOnlyList<Arrow> Of(CompiledAssembly assembly, string prefix) =>
    [
        .. from type in assembly.AllTypes
           let source = CompiledAssembly.NamespaceOf(type)
           where IsBelow(source, prefix)
           from named in References.Of(type)
           let target = CompiledAssembly.NamespaceOf(named)
           where target != source && IsBelow(target, prefix)
           group $"{type.FullName} names {named.FullName}" by (source, target) into pair
           select new Arrow(pair.Key.source, pair.Key.target, pair.First()),
    ];

    private static bool IsBelow(string nameSpace, string prefix) => nameSpace == prefix || nameSpace.StartsWith(prefix + ".", StringComparison.Ordinal);
}
