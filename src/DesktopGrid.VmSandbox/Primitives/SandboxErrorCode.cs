namespace DesktopGrid.VmSandbox.Primitives;

/// <summary>What went wrong, as a stable number: a hundred per layer, gaps kept. The C interface returns the same numbers.</summary>
public enum SandboxErrorCode
{
    /// <summary>No error; never thrown.</summary>
    None = 0,

    /// <summary>The operating system refused an act: a directory, a process, a socket.</summary>
    PlatformFailure = 100,
    /// <summary>The store's directory cannot be created or written.</summary>
    StoreNotWritable = 101,
    /// <summary>The disk that holds the store is full.</summary>
    DiskFull = 102,
    /// <summary>A confinement layer that the caller demanded is not available here.</summary>
    ConfinementUnavailable = 103,
    /// <summary>This library is not written for this operating system.</summary>
    PlatformUnsupported = 104,

    /// <summary>QEMU's monitor could not be reached or broke off.</summary>
    MonitorDisconnected = 200,
    /// <summary>QEMU answered a command with an error.</summary>
    MonitorCommandFailed = 201,
    /// <summary>QEMU did not answer within the bound.</summary>
    MonitorTimeout = 202,
    /// <summary>QEMU sent something that is no QMP.</summary>
    MonitorProtocol = 203,

    /// <summary>No usable QEMU was found.</summary>
    QemuNotFound = 300,
    /// <summary>QEMU ended before the machine ran.</summary>
    QemuStartFailed = 301,
    /// <summary>QEMU's process does not end, although it was killed.</summary>
    QemuUnkillable = 302,
    /// <summary>This QEMU lacks an ability that is needed.</summary>
    QemuUnsuitable = 303,
    /// <summary>The accelerator that the caller demanded did not boot a guest.</summary>
    AcceleratorUnavailable = 304,

    /// <summary>The catalog's database is damaged, newer than this library, or not readable.</summary>
    CatalogUnusable = 400,
    /// <summary>Another process holds the catalog longer than the bound.</summary>
    CatalogBusy = 401,
    /// <summary>A name that must be unique is in use.</summary>
    CatalogConflict = 402,

    /// <summary>The file is no image of the named format, or a damaged one.</summary>
    ImageMalformed = 500,
    /// <summary>The image asks for something that is never allowed: a backing file outside the store, an external data file, an absurd size.</summary>
    ImageRefused = 501,
    /// <summary>An image of the backing chain is missing or has other contents than when it was added.</summary>
    ImageMissing = 502,
    /// <summary>What was to be imported is good and of no use here: of another form than is read, for another processor, without a root file system.</summary>
    ImageUnsuitable = 503,
    /// <summary>The image or layer that was to be removed is needed by a machine.</summary>
    ImageInUse = 504,

    /// <summary>There is no machine of that name.</summary>
    MachineUnknown = 600,
    /// <summary>The verb is not allowed in the machine's present state.</summary>
    MachineState = 601,
    /// <summary>The guest did not become ready within the bound.</summary>
    MachineBootTimeout = 602,
    /// <summary>The machine's guest ended by itself: panic, power-off, or its daemon died.</summary>
    MachineEnded = 603,
    /// <summary>The machine is in use by another process.</summary>
    MachineBusy = 604,
    /// <summary>The options of a new machine have faults.</summary>
    MachineInvalid = 605,

    /// <summary>The machine has no checkpoint, or none of that name.</summary>
    CheckpointUnknown = 610,
    /// <summary>A checkpoint is damaged, or does not fit the QEMU, the machine or the accelerator of this host.</summary>
    CheckpointUnusable = 611,
    /// <summary>A checkpoint could not be taken; the machine goes on as before.</summary>
    CheckpointFailed = 612,
    /// <summary>What was to be imported is no exported checkpoint, or a damaged or cut one, or one that never leaves a host like this.</summary>
    ImportInvalid = 613,
    /// <summary>A machine is larger than all that the host's budget gives, or its store takes all of the disk that it gives.</summary>
    BudgetExceeded = 614,
    /// <summary>The machine was made to take no checkpoints.</summary>
    CheckpointRefused = 615,

    /// <summary>The guest's daemon could not be reached or broke off.</summary>
    SessionDisconnected = 700,
    /// <summary>The guest's daemon did not answer within the bound.</summary>
    SessionTimeout = 701,
    /// <summary>The guest's daemon speaks another version of the protocol.</summary>
    SessionVersion = 702,
    /// <summary>The guest's daemon sent something that breaks the protocol.</summary>
    SessionProtocol = 703,
    /// <summary>The file or directory does not exist in the work directory.</summary>
    GuestNotFound = 710,
    /// <summary>The path is not allowed: absolute, outside the work directory, or through a link.</summary>
    GuestPathRefused = 711,
    /// <summary>The request does not fit the state of the task: none is running, or one is already.</summary>
    GuestTaskState = 712,
    /// <summary>The guest's disk is full.</summary>
    GuestDiskFull = 713,
    /// <summary>The program could not be started in the guest.</summary>
    GuestStartRefused = 714,
    /// <summary>The guest refused the request for another reason.</summary>
    GuestRefused = 715,
    /// <summary>A file of the guest is larger than the caller takes, or a message or command line larger than the protocol's ceiling.</summary>
    GuestTooLarge = 716,
    /// <summary>A layer of the machine cannot be mounted in the guest, or does not go with what lies below it.</summary>
    GuestLayerUnusable = 717,

    /// <summary>The job's description has faults.</summary>
    JobInvalid = 800,
    /// <summary>An input file of the job is missing or cannot be read on the host.</summary>
    JobInputUnreadable = 801,
    /// <summary>An output that the job names was not made by the program.</summary>
    JobOutputMissing = 802,
    /// <summary>A limit of the job was exceeded.</summary>
    JobLimitExceeded = 803,
    /// <summary>An output of the job cannot be written on the host; where its disk is full the code is <see cref="DiskFull"/>.</summary>
    JobOutputUnwritable = 804,

    /// <summary>A file that the BOINC client or the project should have left is not there.</summary>
    BoincFileMissing = 900,
    /// <summary>A file of BOINC's, or of the project's for it, is not what its format says.</summary>
    BoincFileMalformed = 901,
    /// <summary>The BOINC client cannot be talked to: its shared memory or its port.</summary>
    BoincClientUnreachable = 902,
    /// <summary>The task, the application or the client asks for what a sandbox does not give.</summary>
    BoincUnsupported = 903,
    /// <summary>A file of an application is not what its project signed.</summary>
    BoincSignatureWrong = 904,
    /// <summary>A file that the BOINC client or the project is to read cannot be written.</summary>
    BoincFileUnwritable = 905,
}
