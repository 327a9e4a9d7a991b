namespace DesktopGrid.VmSandbox.ArchitectureTests.Assemblies;

/// <summary>A class is sealed, abstract or static: nothing is derived from by accident.</summary>
internal static class SealedRule
{
    public static IEnumerable<string> Faults(CompiledAssembly assembly) =>
        from type in assembly.Types
        where type is { IsClass: true, IsSealed: false, IsAbstract: false } && !type.IsValueType
        select $"{type.FullName} is neither sealed nor abstract";
}
