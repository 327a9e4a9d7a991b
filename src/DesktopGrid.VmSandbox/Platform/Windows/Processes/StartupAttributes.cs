using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace DesktopGrid.VmSandbox.Platform.Windows.Processes;

/// <summary>The attributes that a process is born with ("UpdateProcThreadAttribute"). Values are copied and live as long as this.</summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class StartupAttributes : IDisposable
{
    // ProcThreadAttributeValue of winbase.h: the number, and the bit for "input".
    private const nuint HandleList = 2 | Input, MitigationPolicy = 7 | Input, JobList = 13 | Input, ChildProcessPolicy = 14 | Input, Input = 0x20000;
    private const int Most = 4;
    private const uint ChildProcessRestricted = 1;

    // PROCESS_CREATION_MITIGATION_POLICY_*_ALWAYS_ON: a damaged heap ends the process, random addresses, no foreign extension points, no
    // fonts but the system's, no libraries from the network or of low integrity. Not the ban on dynamic code: emulation translates.
    private const ulong Mitigations = (1UL << 12) | (1UL << 16) | (1UL << 32) | (1UL << 48) | (1UL << 52) | (1UL << 56);

    private readonly List<nint> _values = [];

    public StartupAttributes()
    {
        nuint size = 0;
        // The first call only tells the size, by failing.
        _ = Kernel32.InitializeProcThreadAttributeList(null, Most, 0, ref size);
        List = NativeMemory.Alloc(size);
        if (!Kernel32.InitializeProcThreadAttributeList(List, Most, 0, ref size))
        {
            var error = Marshal.GetLastPInvokeError();
            NativeMemory.Free(List);
            throw new Win32Exception(error);
        }
    }

    public void* List { get; }

    /// <summary>The process is born inside the job: there is no moment at which it could be lost.</summary>
    public void AddJob(nint job) => Add<nint>(JobList, [job]);

    /// <summary>The only handles that are inherited, whatever else happens to be inheritable.</summary>
    public void AddHandles(ReadOnlySpan<nint> handles) => Add(HandleList, handles);

    /// <summary>No child processes, also none that a broker would start for it, and the mitigations that an emulator bears.</summary>
    public void AddHardening()
    {
        Add<uint>(ChildProcessPolicy, [ChildProcessRestricted]);
        Add<ulong>(MitigationPolicy, [Mitigations]);
    }

    public void Dispose()
    {
        Kernel32.DeleteProcThreadAttributeList(List);
        NativeMemory.Free(List);
        foreach (var value in _values)
        {
            NativeMemory.Free((void*)value);
        }
    }

    private void Add<T>(nuint attribute, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var size = (nuint)(values.Length * sizeof(T));
        var memory = NativeMemory.Alloc(size);
        _values.Add((nint)memory);
        values.CopyTo(new Span<T>(memory, values.Length));
        if (!Kernel32.UpdateProcThreadAttribute(List, 0, attribute, memory, size, null, null))
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }
}
