package headgate.console;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Opcode;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OldClassesTest {
    private static final MethodTypeDesc INT_TO_INT =
            MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int);

    @TempDir private Path directory;

    @Test
    void givesAClassOfJava5StackMapsAndDoesWhatItDid() throws Exception {
        Path jar = jar(ClassFile.JAVA_5_VERSION);
        assertEquals(1, OldClasses.renew(jar, getClass().getClassLoader()));
        assertEquals(ClassFile.JAVA_8_VERSION, version(jar));
        try (var loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            var method = loader.loadClass("Old").getMethod("absolute", int.class);
            assertEquals(7, method.invoke(null, -7));
            assertEquals(7, method.invoke(null, 7));
        }
    }

    @Test
    void leavesAJarAloneWhoseClassesAreNewEnough() throws IOException {
        Path jar = jar(ClassFile.JAVA_5_VERSION);
        OldClasses.renew(jar, getClass().getClassLoader());
        byte[] once = Files.readAllBytes(jar);
        assertEquals(0, OldClasses.renew(jar, getClass().getClassLoader()));
        assertArrayEquals(once, Files.readAllBytes(jar));
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(1, files.count());
        }
    }

    /// With a class `Old` that has a branch, for which newer versions need a stack map, and a text.
    private Path jar(int version) throws IOException {
        byte[] old =
                ClassFile.of(StackMapsOption.DROP_STACK_MAPS)
                        .build(
                                ClassDesc.of("Old"),
                                builder ->
                                        builder.withVersion(version, 0)
                                                .withFlags(ClassFile.ACC_PUBLIC)
                                                .withMethodBody(
                                                        "absolute",
                                                        INT_TO_INT,
                                                        ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC,
                                                        OldClassesTest::writeAbsolute));
        Path jar = directory.resolve("old.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new JarEntry("Old.class"));
            out.write(old);
            out.closeEntry();
            out.putNextEntry(new JarEntry("notes.txt"));
            out.write("kept".getBytes());
            out.closeEntry();
        }
        return jar;
    }

    private static void writeAbsolute(CodeBuilder code) {
        code.iload(0)
                .ifThen(Opcode.IFLT, negative -> negative.iload(0).ineg().ireturn())
                .iload(0)
                .ireturn();
    }

    private static int version(Path jar) throws IOException {
        try (var file = new JarFile(jar.toFile())) {
            byte[] bytes = file.getInputStream(file.getJarEntry("Old.class")).readAllBytes();
            assertEquals(
                    "kept",
                    new String(file.getInputStream(file.getJarEntry("notes.txt")).readAllBytes()));
            return bytes[6] << 8 | bytes[7];
        }
    }
}
