using System.Diagnostics;
using System.Runtime.Versioning;

namespace ResNet.Torch.Tests.Weights.Pretrained;

[TestClass]
public class WeightsStoreTests
{
    const string workerAddress = "RESNET_TEST_WORKER_ADDRESS";

    static readonly byte[] file = TemporaryCache.File;

    public TestContext TestContext { get; set; } = null!;

    CancellationToken Token => TestContext.CancellationToken;

    [TestMethod]
    public async Task Get_FourAtOnce_FetchOnce()
    {
        using var cache = new TemporaryCache();
        using var server = SlowServer();
        var weights = TemporaryCache.From(server);

        var paths = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => cache.Store().GetAsync(weights, null, Token), Token)));

        CollectionAssert.AreEqual(Enumerable.Repeat(cache.FilePath, 4).ToArray(), paths);
        Assert.HasCount(1, server.Requests);
        CollectionAssert.AreEqual(file, await File.ReadAllBytesAsync(cache.FilePath, Token));
    }

    [TestMethod]
    public async Task Get_TwoProcessesAtOnce_FetchOnce()
    {
        using var cache = new TemporaryCache();
        using var server = SlowServer(TimeSpan.FromSeconds(2)); // longer than one process starts after the other

        await Task.WhenAll(Run(), Run());

        Assert.HasCount(1, server.Requests);
        CollectionAssert.AreEqual(file, await File.ReadAllBytesAsync(cache.FilePath, Token));

        // This program once more, for the one test below.
        async Task Run()
        {
            var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "ResNet.Torch.Tests.exe" : "ResNet.Torch.Tests"))
            {
                ArgumentList = { "--filter", $"FullyQualifiedName~{nameof(Get_AsAnotherProcess_HasTheFile)}", "--results-directory", Path.Combine(cache.Folder, "results") },
                Environment = { [workerAddress] = server.Address(TemporaryCache.FileName).AbsoluteUri, [PretrainedCache.FolderVariable] = cache.Folder },
                RedirectStandardOutput = true,
            };
            using var process = Process.Start(start)!;
            var output = await process.StandardOutput.ReadToEndAsync(Token);
            await process.WaitForExitAsync(Token);
            Assert.AreEqual(0, process.ExitCode, output);
        }
    }

    /// <summary>What each process of <see cref="Get_TwoProcessesAtOnce_FetchOnce"/> does, through the public door; run by itself, it fetches from a server of its own.</summary>
    [TestMethod]
    public async Task Get_AsAnotherProcess_HasTheFile()
    {
        using var cache = new TemporaryCache();
        using var server = SlowServer();
        var given = Environment.GetEnvironmentVariable(workerAddress);
        using var variable = given is null ? new EnvironmentVariable(PretrainedCache.FolderVariable, cache.Folder) : null;
        var weights = TemporaryCache.At(given is null ? server.Address(TemporaryCache.FileName) : new Uri(given));

        var path = await PretrainedCache.GetAsync(weights, null, Token);

        CollectionAssert.AreEqual(file, await File.ReadAllBytesAsync(path, Token));
    }

    [TestMethod]
    public async Task Get_AnotherHoldsTheLockTooLong_NamesTheLock()
    {
        using var cache = new TemporaryCache();
        using var server = SlowServer();
        using var held = new FileStream(cache.FilePath + ".lock", FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        var error = await Assert.ThrowsExactlyAsync<PretrainedWeightsException>(() => cache.Store(lockTimeout: TimeSpan.FromSeconds(0.3)).GetAsync(TemporaryCache.From(server), null, Token));

        Assert.AreEqual(PretrainedFailure.Locked, error.Failure);
        Assert.Contains(cache.FilePath + ".lock", error.Message);
        Assert.IsEmpty(server.Requests);
    }

    [TestMethod]
    public async Task Get_CancelledWhileItWaits_EndsAtOnce()
    {
        using var cache = new TemporaryCache();
        using var server = SlowServer();
        using var held = new FileStream(cache.FilePath + ".lock", FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromSeconds(0.3));

        var time = Stopwatch.StartNew();
        await Assert.ThrowsAsync<OperationCanceledException>(() => cache.Store().GetAsync(TemporaryCache.From(server), null, cancellation.Token));

        Assert.IsLessThan(10, time.Elapsed.TotalSeconds); // the lock's own limit is 20 s
        Assert.IsEmpty(server.Requests);
    }

    [TestMethod]
    public async Task Get_LockFileLeftByADeadProcess_IsNoHindrance()
    {
        using var cache = new TemporaryCache();
        using var server = SlowServer();
        await File.WriteAllTextAsync(cache.FilePath + ".lock", "", Token);

        await cache.Store().GetAsync(TemporaryCache.From(server), null, Token);

        CollectionAssert.AreEqual(new[] { TemporaryCache.FileName }, cache.Names);
    }

    [TestMethod]
    public async Task Get_FolderCannotBeMade_NamesItAndWhatToDo()
    {
        using var cache = new TemporaryCache();
        var notAFolder = Path.Combine(cache.Folder, "file");
        await File.WriteAllTextAsync(notAFolder, "", Token);

        await AssertDiskError(Path.Combine(notAFolder, "cache"), expected: notAFolder);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)] // permissions of another kind there
    [UnsupportedOSPlatform("windows")]
    public async Task Get_ReadOnlyFolder_NamesItAndWhatToDo()
    {
        using var cache = new TemporaryCache();
        var folder = Directory.CreateDirectory(Path.Combine(cache.Folder, "readonly"), UnixFileMode.UserRead | UnixFileMode.UserExecute).FullName;
        // Permissions do not bind root; /sys takes no files from anybody.
        var readOnly = Environment.IsPrivilegedProcess ? "/sys" : folder;

        await AssertDiskError(readOnly, expected: readOnly);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)] // has a device that is always full
    public async Task Get_DiskFull_SaysSo()
    {
        using var cache = new TemporaryCache();
        using var server = SlowServer();
        File.CreateSymbolicLink(cache.PartPath, "/dev/full");

        var error = await Assert.ThrowsExactlyAsync<PretrainedWeightsException>(() => cache.Store().GetAsync(TemporaryCache.From(server), null, Token));

        Assert.AreEqual(PretrainedFailure.Disk, error.Failure);
        Assert.Contains("No space left on device", error.Message);
        Assert.Contains(cache.PartPath, error.Message);
        TestContext.WriteLine(error.Message);
    }

    async Task AssertDiskError(string folder, string expected)
    {
        using var server = SlowServer();
        using var variable = new EnvironmentVariable(PretrainedCache.FolderVariable, folder);

        var error = await Assert.ThrowsExactlyAsync<PretrainedWeightsException>(() => PretrainedCache.GetAsync(TemporaryCache.From(server), null, Token));

        Assert.AreEqual(PretrainedFailure.Disk, error.Failure);
        Assert.Contains(expected, error.Message);
        Assert.Contains("RESNET_CACHE", error.Message);
        Assert.IsEmpty(server.Requests);
        TestContext.WriteLine(error.Message);
    }

    /// <summary>Answers after a while, so that calls overlap.</summary>
    static LocalHttpServer SlowServer(TimeSpan? delay = null) => new(request =>
    {
        Thread.Sleep(delay ?? TimeSpan.FromSeconds(0.3));
        return HttpReply.Ranged(file, request);
    });
}
