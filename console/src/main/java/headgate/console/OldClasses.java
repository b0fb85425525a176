package headgate.console;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/// Classes of a library that are too old for an AOT cache.
///
/// A cache takes no class of a version below 50: these have no stack maps (JVMS section 4.10.1) and
/// are verified by another algorithm each time. picocli is compiled for Java 5, so that a third of
/// what a small command costs went into reading and verifying it.
final class OldClasses {
    /// Java 6, the first with stack maps.
    private static final int FIRST_WITH_STACK_MAPS = 50;

    private static final int VERSION_AT = 6;

    private OldClasses() {}

    /// Gives the old classes of a library stack maps and a version that has them; the code stays as
    /// it is. The jar is replaced as a whole, so that who has it open reads on in the old one.
    ///
    /// @param library the class loader that finds what its classes refer to
    /// @return how many classes were too old; with 0 the jar is not touched
    static int renew(Path jar, ClassLoader library) throws IOException {
        Path renewed = Files.createTempFile(jar.getParent(), "renewed", ".jar");
        try {
            int count = copy(jar, renewed, library);
            if (count > 0) {
                Files.setPosixFilePermissions(renewed, Files.getPosixFilePermissions(jar));
                Files.move(renewed, jar, StandardCopyOption.ATOMIC_MOVE);
            }
            return count;
        } finally {
            Files.deleteIfExists(renewed);
        }
    }

    private static int copy(Path jar, Path to, ClassLoader library) throws IOException {
        var classes =
                ClassFile.of(
                        StackMapsOption.GENERATE_STACK_MAPS,
                        ClassHierarchyResolverOption.of(
                                ClassHierarchyResolver.ofResourceParsing(library)));
        int count = 0;
        try (var in = new JarFile(jar.toFile());
                OutputStream file = Files.newOutputStream(to);
                var out = new JarOutputStream(file)) {
            for (JarEntry entry : Collections.list(in.entries())) {
                byte[] bytes = in.getInputStream(entry).readAllBytes();
                if (isOld(entry, bytes)) {
                    bytes = renewed(classes, bytes);
                    count++;
                }
                var copied = new JarEntry(entry.getName());
                copied.setTime(entry.getTime());
                out.putNextEntry(copied);
                out.write(bytes);
                out.closeEntry();
            }
        }
        return count;
    }

    private static boolean isOld(JarEntry entry, byte[] bytes) {
        return entry.getName().endsWith(".class")
                && bytes.length > VERSION_AT + Short.BYTES
                && ByteBuffer.wrap(bytes).getShort(VERSION_AT) < FIRST_WITH_STACK_MAPS;
    }

    private static byte[] renewed(ClassFile classes, byte[] bytes) {
        ClassModel old = classes.parse(bytes);
        ClassTransform newCode = ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL);
        ClassTransform newVersion =
                (builder, element) -> {
                    ClassElement taken =
                            element instanceof ClassFileVersion
                                    ? ClassFileVersion.of(ClassFile.JAVA_8_VERSION, 0)
                                    : element;
                    builder.with(taken);
                };
        return classes.transformClass(old, newCode.andThen(newVersion));
    }
}
