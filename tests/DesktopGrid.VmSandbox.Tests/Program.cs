using DesktopGrid.VmSandbox.Tests.Platform;
using DesktopGrid.VmSandbox.Tests.Support;

// Run by the test host this file is a library; run by a test it is a second process of the same code.
return args is [SecondProcessWork.Lock or SecondProcessWork.Catalog or SecondProcessWork.Fill, ..]
    ? await SecondProcessWork.RunAsync(args)
    : await SecondHost.RunAsync(args);
