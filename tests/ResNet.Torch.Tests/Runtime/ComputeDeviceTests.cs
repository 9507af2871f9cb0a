using TorchSharp;

namespace ResNet.Torch.Tests.Runtime;

/// <summary>Which device is taken on machines with no GPU, and with two.</summary>
[TestClass]
public class ComputeDeviceTests
{
    public static IEnumerable<object[]> Choices =>
    [
        [ComputeDevice.Auto, 0, DeviceType.CPU, -1],
        [ComputeDevice.Auto, 2, DeviceType.CUDA, 0],
        [ComputeDevice.Cpu, 0, DeviceType.CPU, -1],
        [ComputeDevice.Cpu, 2, DeviceType.CPU, -1],
        [ComputeDevice.Gpu(1), 2, DeviceType.CUDA, 1],
        [ComputeDevice.Gpu(0, fallbackToCpu: true), 0, DeviceType.CPU, -1],
        [ComputeDevice.Gpu(2, fallbackToCpu: true), 2, DeviceType.CPU, -1],
        [ComputeDevice.Gpu(1, fallbackToCpu: true), 2, DeviceType.CUDA, 1],
    ];

    [TestMethod]
    [DynamicData(nameof(Choices))]
    public void Resolve_OnAMachineOfSomeGpus_TakesWhatWasAsked(ComputeDevice asked, int gpus, DeviceType type, int index)
    {
        var device = asked.Resolve(gpus);

        Assert.AreEqual(type, device.type);
        Assert.AreEqual(index, device.index);
    }

    [TestMethod]
    [DataRow(0, 0, "GPU 0 was asked for; libtorch finds none.")]
    [DataRow(2, 2, "GPU 2 was asked for; libtorch finds 2, from 0 to 1.")]
    public void Resolve_AGpuThatIsNotThere_SaysWhatThereIs(int asked, int gpus, string expected) =>
        Assert.Contains(expected, Assert.ThrowsExactly<InvalidOperationException>(() => ComputeDevice.Gpu(asked).Resolve(gpus)).Message);

    [TestMethod]
    public void Device_AGpuThatIsNotThere_IsToldAtTheFirstScore()
    {
        using var classifier = new ImageClassifier(ResidualNetwork.Seeded(1, ResNetVariant.ResNet20, classes: 2), ImagePreset.ImageNet(8, 8), ["a", "b"]) { Device = ComputeDevice.Gpu(99) };
        var pixels = new byte[classifier.Preset.ImageBytes];

        Assert.Contains("GPU 99 was asked for", Assert.ThrowsExactly<InvalidOperationException>(() => classifier.Score(pixels)).Message);

        classifier.Device = ComputeDevice.Gpu(99, fallbackToCpu: true);
        Assert.HasCount(2, classifier.Score(pixels));
    }

    [TestMethod]
    public void Convolutions_OnAGpu_MayBeTensorFloat32()
    {
        TorchRuntime.Load();

        Assert.IsTrue(TorchSharp.torch.backends.cudnn.allow_tf32); // libtorch's own default, which the documentation tells
    }

    [TestMethod]
    public void Gpu_OfANegativeNumber_IsRefused() => Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ComputeDevice.Gpu(-1));
}
