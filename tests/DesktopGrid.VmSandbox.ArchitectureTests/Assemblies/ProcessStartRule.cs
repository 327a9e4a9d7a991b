namespace DesktopGrid.VmSandbox.ArchitectureTests.Assemblies;

/// <summary>Processes are started in one namespace and below it only: there they get their priority, their confinement and their owner.</summary>
internal static class ProcessStartRule
{
    public static IEnumerable<string> Faults(CompiledAssembly assembly, string place) =>
        from type in assembly.AllTypes
        let room = CompiledAssembly.NamespaceOf(type)
        where room != place && !room.StartsWith(place + ".", StringComparison.Ordinal)
        from member in References.MembersUsedBy(type)
        where member.DeclaringType?.FullName == "System.Diagnostics.Process" && member.Name == "Start"
        select $"{type.FullName} starts a process";
}
